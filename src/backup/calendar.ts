import { LRUCache } from 'lru-cache';
import { DAY_MS, MINUTE_MS } from './clocks.js';
import { readCron } from './cron.js';
import { readDueTime, type DueTime, type IntervalType } from './due-time.js';

/** What decides at what times on which days a schedule is due, by the clocks of its time zone. */
export interface Timing {
  readonly intervalType: ScheduleType;
  /** `MM`, `MM:HH` or `MM:HH:D`; for `CRON` a cron expression. */
  readonly schedule: string;
  readonly timezone: string;
}

/** How a schedule says when it is due. */
export type ScheduleType = IntervalType | 'CRON';

/** Days of months, and times on each of them. Times of the calendar are moments at which the clocks of UTC show them. */
export interface Calendar {
  readonly isMonth: (date: Date) => boolean;
  /** In a month that is one of the calendar's. */
  readonly isDay: (date: Date) => boolean;
  /** Ascending, in minutes from the beginning of the day. */
  readonly minutesOfDay: readonly number[];
  /** Whether the times are those of every hour: then they are minutes of the hour rather than times of day. */
  readonly isHourly: boolean;
}

const EVERY_HOUR = Array.from({ length: 24 }, (_, hour) => hour);

/** Reading an expression takes longer than to find its next time. */
const known = new LRUCache<string, Calendar>({ max: 1000 });

/** The calendar of the schedule; refuses what is none. */
export function calendarOf({ intervalType, schedule }: Pick<Timing, 'intervalType' | 'schedule'>): Calendar {
  if (intervalType !== 'CRON') return dueOn(intervalType, readDueTime(intervalType, schedule));
  const calendar = known.get(schedule) ?? readCron(schedule);
  known.set(schedule, calendar);
  return calendar;
}

function dueOn(intervalType: IntervalType, { minute, hour, day }: DueTime): Calendar {
  const isHourly = intervalType === 'HOURLY';
  const isDay = {
    HOURLY: () => true,
    DAILY: () => true,
    WEEKLY: (date: Date) => date.getUTCDay() === day - 1,
    MONTHLY: (date: Date) => date.getUTCDate() === day,
  }[intervalType];
  return { isMonth: () => true, isDay, isHourly, minutesOfDay: (isHourly ? EVERY_HOUR : [hour]).map((due) => due * 60 + minute) };
}

/** The times of the calendar later than `after`, in their order. */
export function* timesOf(calendar: Calendar, after: number): Generator<number> {
  for (const day of daysOf(calendar, after - (after % DAY_MS))) {
    for (const minute of calendar.minutesOfDay) if (day + minute * MINUTE_MS > after) yield day + minute * MINUTE_MS;
  }
}

function* daysOf({ isMonth, isDay }: Calendar, first: number): Generator<number> {
  for (let day = first; ;) {
    const date = new Date(day);
    if (isMonth(date)) {
      if (isDay(date)) yield day;
      day += DAY_MS;
    } else day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  }
}
