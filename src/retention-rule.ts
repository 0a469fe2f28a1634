import { refused } from './errors.js';
import { isTimezone } from './timezone.js';

/**
 * Which of its backups a schedule or an offering keeps: those that any of the numbers keeps, each counted by itself. A number that is 0
 * says nothing, and if all of them are 0 everything is kept.
 */
export interface RetentionRule {
  /** The newest so many. */
  maxBackups: number;
  /** All that are younger than so many times 24 hours. */
  keepDays: number;
  /** The newest of each of the last so many hours, days, weeks, months and years, by the clocks, that have any. Weeks begin on Monday. */
  keepHourly: number;
  keepDaily: number;
  keepWeekly: number;
  keepMonthly: number;
  keepYearly: number;
}

/** What an offering keeps of the backups that were taken under it and that no schedule has a rule for. */
export interface OfferingRetention extends RetentionRule {
  /** By whose clocks hours, days and so on are told. */
  keepTimezone: string;
  /** Whether the rule holds for backups on demand too. */
  keepManual: boolean;
}

/** What somebody says of it; what is left out is as it was, or as it is when nothing has been said. */
export type RetentionWish = { readonly [K in keyof RetentionRule]?: RetentionRule[K] | undefined };
export type OfferingRetentionWish = { readonly [K in keyof OfferingRetention]?: OfferingRetention[K] | undefined };

/** Keeps everything. */
export const NO_RULE: RetentionRule = {
  ...{ maxBackups: 0, keepDays: 0, keepHourly: 0, keepDaily: 0, keepWeekly: 0, keepMonthly: 0, keepYearly: 0 },
};

/** An offering of which nothing has been said. */
export const NO_OFFERING_RULE: OfferingRetention = { ...NO_RULE, keepTimezone: 'Etc/UTC', keepManual: false };

/** The parts of a rule. */
export const KEEPS = Object.keys(NO_RULE) as readonly (keyof RetentionRule)[];

/** A hundred years of days. */
const MOST = 36_500;

/** Whether the rule lets anything go. */
export const limits = (rule: RetentionRule): boolean => KEEPS.some((keep) => rule[keep] > 0);

/** The rule alone, of what has one among other things. */
export const ruleIn = (thing: RetentionRule): RetentionRule => ({
  maxBackups: thing.maxBackups,
  keepDays: thing.keepDays,
  keepHourly: thing.keepHourly,
  keepDaily: thing.keepDaily,
  keepWeekly: thing.keepWeekly,
  keepMonthly: thing.keepMonthly,
  keepYearly: thing.keepYearly,
});

/** What is said of a rule, without what is left out; refuses numbers that are out of their range. */
export function readWish(wish: RetentionWish): Partial<RetentionRule> {
  const said = KEEPS.flatMap((keep) => (wish[keep] === undefined ? [] : [[keep, wish[keep]] as const]));
  for (const [keep, value] of said) {
    if (value < 0) throw refused(`parameter ${keep.toLowerCase()}: ${value} is negative; 0 says nothing of what is kept`);
    if (value > MOST) throw refused(`parameter ${keep.toLowerCase()}: ${value} is more than ${MOST}`);
  }
  return Object.fromEntries(said);
}

/** The same for an offering; refuses a time zone that is none. */
export function readOfferingWish({ keepTimezone, keepManual, ...wish }: OfferingRetentionWish): Partial<OfferingRetention> {
  if (keepTimezone !== undefined && !isTimezone(keepTimezone)) {
    throw refused(`parameter keeptimezone: "${keepTimezone}" is not the name of a time zone, such as Europe/Berlin or Etc/UTC`);
  }
  return {
    ...readWish(wish),
    ...(keepTimezone === undefined ? {} : { keepTimezone }),
    ...(keepManual === undefined ? {} : { keepManual }),
  };
}
