import { calendarOf, timesOf, type Timing } from './calendar.js';
import { clocksOf, DAY_MS, momentOf, momentsAround, showing, type Clocks } from './clocks.js';

/**
 * The first moment later than `after` at which the schedule is due, on a full minute. A time of day that the clocks skip when they
 * are put forward is due as much later; one that they show twice is due the first time. By the hour, it is due whenever the
 * clocks show the minute.
 */
export function nextDue(timing: Timing, after: Date): Date {
  const calendar = calendarOf(timing);
  const clocks = clocksOf(timing.timezone);
  const from = after.getTime();
  let next = Infinity;
  for (const time of timesOf(calendar, leastShown(from, clocks))) {
    const around = momentsAround(time, clocks);
    // The order of times is not always that of their moments; but no later time comes before this one possibly could.
    if (next <= Math.min(...around)) break;
    const due = calendar.isHourly ? showing(around, time, clocks) : [momentOf(time, clocks, around)];
    next = Math.min(next, ...due.filter((moment) => moment > from));
  }
  return new Date(next);
}

/** What the clocks show at the moment, or would if they were changed a day later or sooner: whichever is less. */
function leastShown(moment: number, clocks: Clocks): number {
  const shownAtOffsetOf = (near: number) => moment + clocks(near) - near;
  return Math.min(shownAtOffsetOf(moment - DAY_MS), shownAtOffsetOf(moment + DAY_MS));
}
