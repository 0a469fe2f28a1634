import { refused } from '../errors.js';
import { DAY_MS, momentOf, MINUTE_MS, type Clocks } from './clocks.js';

/** The part of every day in which the backups of a schedule may begin, in minutes of the day; past midnight if it ends before it begins. */
interface RunWindow {
  readonly from: number;
  readonly to: number;
}

/** A time in which a window is open, and when it closed before. */
export interface Opening {
  readonly closedAt: number;
  readonly opens: number;
  readonly closes: number;
}

const FORM = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/;

/** Reads `HH:MM-HH:MM`; refuses what is not exactly that, and a window that ends as it begins. */
export function readRunWindow(text: string): RunWindow {
  const [, ...parts] = FORM.exec(text) ?? [];
  const [hour, minute, endHour, endMinute] = parts.map(Number);
  if (hour === undefined || minute === undefined || endHour === undefined || endMinute === undefined) {
    throw refused(`parameter window: "${text}" is not of the form HH:MM-HH:MM, such as 22:00-06:00`);
  }
  const window = { from: hour * 60 + minute, to: endHour * 60 + endMinute };
  if (window.from === window.to) throw refused(`parameter window: "${text}" ends when it begins; leave it empty for all day`);
  return window;
}

/** The opening of the window that the moment lies in, or else the next. Its ends are times of day as those at which schedules are due. */
export function openingAt(text: string, clocks: Clocks, moment: number): Opening {
  const { from, to } = readRunWindow(text);
  const length = (to - from) * MINUTE_MS + (to < from ? DAY_MS : 0);
  const shown = clocks(moment);
  let closedAt = -Infinity;
  for (let date = shown - (shown % DAY_MS) - 3 * DAY_MS; ; date += DAY_MS) {
    const begin = date + from * MINUTE_MS;
    const [opens, closes] = [momentOf(begin, clocks), momentOf(begin + length, clocks)];
    // It does not open on a day on which the clocks skip all of it.
    if (opens >= closes) continue;
    if (closes > moment) return { closedAt, opens, closes };
    closedAt = closes;
  }
}
