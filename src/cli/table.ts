import type { Answer } from '../client/api-client.js';

/** The columns of a table, in this order, as far as the rows have them. */
const COLUMNS = [
  'id',
  'name',
  'username',
  'virtualmachinename',
  'state',
  'status',
  'type',
  'size',
  'verdict',
  'value',
  'externalid',
  'description',
  'zonename',
  'account',
];

type Row = Readonly<Record<string, unknown>>;

/** An answer for people: a table for a list, lines for one object. */
export function formatAnswer(answer: Answer): string {
  const rows = Object.values(answer).find(Array.isArray) as readonly Row[] | undefined;
  if (rows) return formatTable(rows);
  if (Object.keys(answer).length === 0) return 'nothing found';
  const [only, ...others] = Object.values(answer);
  return formatObject(others.length === 0 && isRow(only) ? only : answer);
}

/** One field of each item, a line each, for scripts. */
export function fieldOf(answer: Answer, field: string): string {
  const [first] = Object.values(answer).filter((value) => typeof value === 'object');
  const items = Array.isArray(first) ? (first as Row[]) : [isRow(first) ? first : answer];
  return items.map((item) => textOf(Object.hasOwn(item, field) ? item[field] : undefined)).join('\n');
}

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string => {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
};

function formatTable(rows: readonly Row[]): string {
  const known = COLUMNS.filter((column) => rows.some((row) => row[column] !== undefined));
  const columns = known.length > 0 ? known : Object.keys(rows[0] ?? {});
  const lines = [columns, ...rows.map((row) => columns.map((column) => textOf(row[column])))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function formatObject(object: Row): string {
  const width = Math.max(...Object.keys(object).map((name) => name.length));
  return Object.entries(object)
    .map(([name, value]) => `${name.padEnd(width)}  ${textOf(value)}`)
    .join('\n');
}
