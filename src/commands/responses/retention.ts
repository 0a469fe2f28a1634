import type { FieldSpecs } from '../../api/response.js';
import type { RetentionRule } from '../../retention-rule.js';

/** What schedules and offerings show of how long they keep backups. */
export const keepFields = {
  keepdays: ['integer', 'all backups that are younger than so many times 24 hours are kept; absent if nothing is said of it'],
  keephourly: ['integer', 'of the last so many hours that have backups the newest one is kept; absent if nothing is said of it'],
  keepdaily: ['integer', 'the same of days'],
  keepweekly: ['integer', 'the same of weeks, which begin on Monday'],
  keepmonthly: ['integer', 'the same of months'],
  keepyearly: ['integer', 'the same of years'],
} as const satisfies FieldSpecs;

/** A number that says nothing is left out. */
export const toKeepFields = (rule: RetentionRule) => ({
  keepdays: rule.keepDays || undefined,
  keephourly: rule.keepHourly || undefined,
  keepdaily: rule.keepDaily || undefined,
  keepweekly: rule.keepWeekly || undefined,
  keepmonthly: rule.keepMonthly || undefined,
  keepyearly: rule.keepYearly || undefined,
});
