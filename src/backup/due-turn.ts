import { DAY_MS, localTime, MINUTE_MS } from './clocks.js';
import { nextRun, runsAfter, whenOpen, type RunRules } from './next-run.js';

/** What decides what is done about a schedule that is due. */
export interface DueSchedule extends RunRules {
  /** Since when it is due. */
  readonly nextRun: Date;
  /** Whether a backup is taken for those that were missed. */
  readonly catchUp: boolean;
}

/** What is done about a schedule that is due, and when it is due next. */
export interface DueTurn {
  readonly next: Date;
  readonly deed: 'run' | 'skip' | 'wait';
  /** Why, for a turn that is skipped. */
  readonly why?: string;
}

/** Later than this, a due time was missed: a server that runs is seldom as late. */
const LATE_MS = 5 * MINUTE_MS;
/** By less than this, clocks are put right without anything being done twice. */
export const LEAST_AHEAD_MS = DAY_MS;
/** So many missed due times are counted. */
const MOST_COUNTED = 100;

/**
 * A schedule that is due is run. What was missed is run too, as one, if its window is open, else when it opens; or it is skipped, if the
 * schedule does not catch up. Missed is what was due long before the servers looked: a look at many schedules takes its time. Its next due
 * time is one that was neither run nor skipped, even if the clock has been put back meanwhile.
 */
export function dueTurn(schedule: DueSchedule, now: Date, looked: Date): DueTurn {
  const missedUntil = new Date(looked.getTime() - LATE_MS);
  const isLate = schedule.nextRun < missedUntil;
  if (isLate && !schedule.catchUp) {
    return { deed: 'skip', why: missedText(schedule, missedUntil), next: nextRun(schedule, missedUntil) };
  }
  const opens = isLate ? whenOpen(schedule, now) : now;
  if (opens > now) return { deed: 'wait', next: opens };
  return { deed: 'run', next: nextRun(schedule, schedule.nextRun > now ? schedule.nextRun : now) };
}

/**
 * When a schedule is due, if it waits for a moment to which only a clock can have moved it that was more than a day ahead; undefined if
 * it does not. A clock that shows a time before the schedule was made is wrong itself, and says nothing.
 */
export function dueInstead(schedule: RunRules & { readonly nextRun: Date; readonly created: Date }, now: Date): Date | undefined {
  const latest = nextRun(schedule, new Date(now.getTime() + LEAST_AHEAD_MS));
  return schedule.created <= now && schedule.nextRun > latest ? nextRun(schedule, now) : undefined;
}

function missedText(schedule: DueSchedule, until: Date): string {
  const missed = [schedule.nextRun];
  for (const run of runsAfter(schedule, schedule.nextRun)) {
    if (run > until || missed.length > MOST_COUNTED) break;
    missed.push(run);
  }
  const [first = '', last = ''] = [missed[0], missed.at(-1)].map((run) => run && localTime(run, schedule.timezone));
  if (missed.length === 1) return `it was missed at ${first}, and its schedule does not catch up`;
  if (missed.length > MOST_COUNTED)
    return `it was missed more than ${MOST_COUNTED} times since ${first}, and its schedule does not catch up`;
  return `it was missed ${missed.length} times, from ${first} to ${last}, and its schedule does not catch up`;
}
