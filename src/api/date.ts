const DAY = /^(\d{4})-(\d{2})-(\d{2})/;
const LOCAL = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})$/;
const WITH_OFFSET = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z\+0000|Z|[+-]\d{2}:?\d{2})$/;

/** CloudStack's form of a moment: `2026-01-01T00:00:00+0000`. */
export const formatDate = (moment: Date): string => `${moment.toISOString().slice(0, 19)}+0000`;

/** A copy of an answer in which moments are CloudStack's text. */
export function withFormattedDates(value: unknown): unknown {
  if (value instanceof Date) return formatDate(value);
  if (Array.isArray(value)) return value.map(withFormattedDates);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, content]) => [name, withFormattedDates(content)]));
}

/** Reads a moment that names its offset; undefined if it does not, or if there is no such moment. */
export function parseMoment(text: string): Date | undefined {
  if (!WITH_OFFSET.test(text)) return undefined;
  return valid(
    new Date(
      text
        .replace('Z+0000', 'Z')
        .replace(/([+-]\d{2})(\d{2})$/, '$1:$2')
        .replace(/(\.\d{3})\d+/, '$1'),
    ),
  );
}

/** Reads any form that CloudStack accepts; a time without offset is UTC, and a plain day is its first or last second. */
export function parseDate(text: string, isEnd: boolean): Date | undefined {
  const moment = parseMoment(text);
  if (moment) return moment;
  if (LOCAL.test(text)) return valid(new Date(`${text.replace(' ', 'T')}Z`));
  const [day, year, month, date] = DAY.exec(text) ?? [];
  if (day === undefined) return undefined;
  // Days past the end of a month count on, as the reference server does.
  return valid(new Date(Date.UTC(Number(year), Number(month) - 1, Number(date), ...(isEnd ? [23, 59, 59] : [0, 0, 0]))));
}

const valid = (moment: Date): Date | undefined => (Number.isNaN(moment.getTime()) ? undefined : moment);
