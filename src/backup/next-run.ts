import { readDueTime, type DueTime, type IntervalType } from './due-time.js';

/** What decides when a schedule is due. */
export interface Timing {
  readonly intervalType: IntervalType;
  readonly schedule: string;
  readonly timezone: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * The first moment later than `after` at which the schedule is due, on a full minute. A time of day that the clocks skip when they
 * are put forward is due as much later; one that they show twice is due the first time. By the hour, it is due whenever the
 * clocks show the minute.
 */
export function nextRun({ intervalType, schedule, timezone }: Timing, after: Date): Date {
  const due = readDueTime(intervalType, schedule);
  const clocks = clocksOf(timezone);
  const next = intervalType === 'HOURLY' ? nextMinute(due, clocks, after.getTime()) : nextDay(intervalType, due, clocks, after.getTime());
  return new Date(next);
}

function nextMinute({ minute }: DueTime, clocks: Clocks, after: number): number {
  let moment = after - (after % MINUTE_MS) + MINUTE_MS;
  while (new Date(clocks(moment)).getUTCMinutes() !== minute) moment += MINUTE_MS;
  return moment;
}

function nextDay(intervalType: Exclude<IntervalType, 'HOURLY'>, { minute, hour, day }: DueTime, clocks: Clocks, after: number): number {
  const isDue = {
    DAILY: () => true,
    WEEKLY: (date: Date) => date.getUTCDay() === day - 1,
    MONTHLY: (date: Date) => date.getUTCDate() === day,
  }[intervalType];
  const shown = clocks(after);
  // From yesterday on: what the clocks have skipped then may be due today.
  for (let date = shown - (shown % DAY_MS) - DAY_MS; ; date += DAY_MS) {
    if (!isDue(new Date(date))) continue;
    const moment = momentOf(date + hour * HOUR_MS + minute * MINUTE_MS, clocks);
    if (moment > after) return moment;
  }
}

/** What the clocks of a time zone show at a moment, as the moment at which those of UTC show it. */
type Clocks = (moment: number) => number;

function clocksOf(timeZone: string): Clocks {
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...numeric });
  return (moment) => {
    const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day, hour, minute, second } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
}

/** The moment at which the clocks show it: the first if there are two; if there is none, the one at which they would have, unchanged. */
function momentOf(shown: number, clocks: Clocks): number {
  const momentAtOffsetOf = (near: number) => shown - (clocks(near) - near);
  // Clocks change seldom: those of a day before and of a day after are the ones before and after any change.
  const [before, later] = [momentAtOffsetOf(shown - DAY_MS), momentAtOffsetOf(shown + DAY_MS)] as const;
  return clocks(before) !== shown && clocks(later) === shown ? later : before;
}
