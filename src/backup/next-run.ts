import { createHash } from 'node:crypto';
import type { Timing } from './calendar.js';
import { clocksOf, MINUTE_MS } from './clocks.js';
import { nextDue } from './next-due.js';
import { openingAt } from './run-window.js';

/** When the backups of a schedule begin, which may be later than they are due. */
export interface RunRules extends Timing {
  /** `HH:MM-HH:MM`, outside of which none begins; null for all day. */
  readonly runWindow: string | null;
  /** By up to so much each is put off. */
  readonly jitterMinutes: number;
  /** By it the same due time of different machines is put off differently. */
  readonly vmUuid: string;
}

/**
 * The first moment later than `after` at which a backup of the schedule begins. What is due outside its window waits until it opens, all
 * together as one. Each is put off by less than the jitter, by as much wherever that is asked, into neither the next nor a closed window.
 */
export function nextRun(rules: RunRules, after: Date): Date {
  for (const run of runsAfter(rules, after)) return run;
  throw new Error('a schedule has no end');
}

/** All such moments, in their order; there is no end to them. */
export function* runsAfter(rules: RunRules, after: Date): Generator<Date> {
  let start = lastStart(rules, after.getTime()) ?? nextStart(rules, after.getTime());
  for (;;) {
    const run = putOff(rules, start);
    if (run > after) yield run;
    start = nextStart(rules, start);
  }
}

/** The moment itself if the window of the schedule is open then, else when a backup begins that has waited for it. */
export function whenOpen(rules: RunRules, moment: Date): Date {
  const opens = startOf(rules, moment.getTime());
  return opens > moment.getTime() ? putOff(rules, opens) : moment;
}

/** The first moment later than `after` at which a backup would begin without jitter. */
function nextStart(rules: RunRules, after: number): number {
  const since = rules.runWindow === null ? after : waitingSince(rules.runWindow, rules, after);
  return startOf(rules, nextDue(rules, new Date(since)).getTime());
}

/** Just before the window closed, if it is closed at the moment: what has become due since then waits. */
function waitingSince(window: string, { timezone }: RunRules, moment: number): number {
  const { closedAt, opens } = openingAt(window, clocksOf(timezone), moment);
  return moment < opens ? closedAt - 1 : moment;
}

const startOf = ({ runWindow, timezone }: RunRules, due: number): number =>
  runWindow === null ? due : Math.max(due, openingAt(runWindow, clocksOf(timezone), due).opens);

/** The last of these moments up to `until` that may still be put off beyond it; undefined if there is none. */
function lastStart(rules: RunRules, until: number): number | undefined {
  let [low, high] = [until - rules.jitterMinutes * MINUTE_MS, until];
  if (low === high || nextStart(rules, low) > until) return undefined;
  // They are on full minutes: what is nearer than that to `high` is the last.
  while (high - low > MINUTE_MS) {
    const middle = Math.floor((low + high) / 2);
    if (nextStart(rules, middle) > until) high = middle;
    else low = middle;
  }
  return nextStart(rules, low);
}

/** When what would begin at the moment begins, by whole seconds later. */
function putOff(rules: RunRules, start: number): Date {
  const { jitterMinutes, runWindow, timezone, vmUuid } = rules;
  if (jitterMinutes === 0) return new Date(start);
  const closes = runWindow === null ? Infinity : openingAt(runWindow, clocksOf(timezone), start).closes;
  const most = Math.min(jitterMinutes * MINUTE_MS, nextStart(rules, start) - start, closes - start);
  const digest = createHash('sha256').update(`${vmUuid} ${start}`).digest();
  const seconds = Math.floor((digest.readUInt32BE() / 2 ** 32) * (most / 1000));
  return new Date(start + seconds * 1000);
}
