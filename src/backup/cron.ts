import { CronExpressionParser, type CronExpression } from 'cron-parser';
import { refused } from '../errors.js';
import type { Calendar } from './calendar.js';

interface Field {
  readonly what: string;
  readonly takes: string;
  readonly most: number;
}

/** The fields of an expression, in their order. */
const FIELDS: readonly Field[] = [
  { what: 'minute', takes: 'numbers from 0 to 59', most: 59 },
  { what: 'hour', takes: 'numbers from 0 to 23', most: 23 },
  { what: 'day of the month', takes: 'numbers from 1 to 31', most: 31 },
  { what: 'month', takes: 'numbers from 1 to 12 or JAN to DEC', most: 12 },
  { what: 'day of the week', takes: 'numbers from 0 to 7, both of which are Sunday, or SUN to SAT', most: 7 },
];

const VALUE = '(?:\\d{1,2}|[A-Z]{3})';
const ITEM = `(?:\\*|${VALUE}(?:-${VALUE})?)(?:/\\d{1,2})?`;
/** What the library understands beyond it is left out: not every cron reads that the same. */
const CLASSIC = new RegExp(`^${ITEM}(?:,${ITEM})*$`);

/** The expression in one spelling: a blank between the fields, names in capitals. */
export const spelled = (text: string): string => text.trim().toUpperCase().replace(/\s+/g, ' ');

/** Reads a classic cron expression, of five fields; refuses what is none, and what is never due. */
export function readCron(text: string): Calendar {
  const fields = text.split(' ');
  if (fields.length !== FIELDS.length) {
    const names = FIELDS.map(({ what }) => what).join(', ');
    throw refused(`parameter cron: "${text}" does not have the ${FIELDS.length} fields of a cron expression: ${names}`);
  }
  fields.forEach((field, index) => assertField(field, index, text));
  const expression = parsed(text);
  if (!expression) throw refused(`parameter cron: "${text}" is never due, because no month has such a day`);
  const { minute, hour, dayOfMonth, month, dayOfWeek } = expression.fields;
  const months = new Set(numbers(month));
  const daysOfMonth = new Set(numbers(dayOfMonth));
  const daysOfWeek = new Set(numbers(dayOfWeek));
  const isEither = !dayOfMonth.isWildcard && !dayOfWeek.isWildcard;
  return {
    isMonth: (date) => months.has(date.getUTCMonth() + 1),
    isDay: (date) => {
      const [isOfMonth, isOfWeek] = [daysOfMonth.has(date.getUTCDate()), daysOfWeek.has(date.getUTCDay())];
      return isEither ? isOfMonth || isOfWeek : isOfMonth && isOfWeek;
    },
    minutesOfDay: numbers(hour).flatMap((due) => numbers(minute).map((at) => due * 60 + at)),
    isHourly: hour.values.length === 24,
  };
}

/** The library says what is wrong in its own words, and not in which field: each is tried by itself. */
function assertField(field: string, index: number, text: string): void {
  const { what, takes, most } = FIELDS[index] as Field;
  const alone = FIELDS.map((_, other) => (other === index ? field : '*')).join(' ');
  const steps = [...field.matchAll(/\/(\d+)/g)].map(([, step]) => Number(step));
  if (CLASSIC.test(field) && steps.every((step) => step <= most) && parsed(alone)) return;
  throw refused(`parameter cron: the ${what} "${field}" in "${text}" is not ${takes}, none of them twice, as in *, 1, 1-5, */2 and 1,3`);
}

function parsed(text: string): CronExpression | undefined {
  try {
    return CronExpressionParser.parse(text);
  } catch {
    return undefined;
  }
}

const numbers = ({ values }: { readonly values: readonly unknown[] }): number[] => values.map(Number);
