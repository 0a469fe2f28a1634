import { refused } from '../errors.js';

export type IntervalType = 'HOURLY' | 'DAILY' | 'WEEKLY' | 'MONTHLY';

/** When within its interval a schedule is due, by the clocks of its time zone. */
export interface DueTime {
  readonly minute: number;
  /** 0 for a schedule that is due every hour. */
  readonly hour: number;
  /** Of the week, from 1 for Sunday, or of the month; 1 for a schedule that is due every hour or day. */
  readonly day: number;
}

interface Part {
  readonly form: string;
  readonly what: string;
  readonly least: number;
  readonly most: number;
}

const MINUTE: Part = { form: 'MM', what: 'minute', least: 0, most: 59 };
const HOUR: Part = { form: 'HH', what: 'hour', least: 0, most: 23 };
const DAY_OF_WEEK: Part = { form: 'D', what: 'day of the week', least: 1, most: 7 };
// No later than the 28th, so that every month has the day.
const DAY_OF_MONTH: Part = { form: 'D', what: 'day of the month', least: 1, most: 28 };

const PARTS: Record<IntervalType, readonly Part[]> = {
  HOURLY: [MINUTE],
  DAILY: [MINUTE, HOUR],
  WEEKLY: [MINUTE, HOUR, DAY_OF_WEEK],
  MONTHLY: [MINUTE, HOUR, DAY_OF_MONTH],
};

export const INTERVAL_TYPES = Object.keys(PARTS) as readonly IntervalType[];

/** The interval type of the name, in any case; refuses what is none. */
export function readIntervalType(text: string): IntervalType {
  const known = INTERVAL_TYPES.find((name) => name === text.toUpperCase());
  if (!known) throw refused(`parameter intervaltype: "${text}" is none of ${INTERVAL_TYPES.join(', ')}`);
  return known;
}

/** Reads `MM` for HOURLY, `MM:HH` for DAILY, and `MM:HH:D` for WEEKLY and MONTHLY; refuses what is not exactly that. */
export function readDueTime(intervalType: IntervalType, text: string): DueTime {
  const parts = PARTS[intervalType];
  const values = text.split(':');
  if (values.length !== parts.length || !values.every((value) => /^\d{1,2}$/.test(value))) {
    const form = parts.map((part) => part.form).join(':');
    throw refused(`parameter schedule: "${text}" is not of the form ${form}, which a schedule that is ${intervalType} has`);
  }
  const [minute = 0, hour = 0, day = 1] = parts.map(({ what, least, most }, index) => {
    const value = Number(values[index]);
    if (value < least || value > most) throw refused(`parameter schedule: the ${what} in "${text}" is not from ${least} to ${most}`);
    return value;
  });
  return { minute, hour, day };
}
