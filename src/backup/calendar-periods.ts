import { clocksOf } from './clocks.js';

export type Period = 'hour' | 'day' | 'week' | 'month' | 'year';

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Days are counted from a Thursday. */
const DAYS_SINCE_MONDAY = 3;

/** Names the period in which a moment is: the same for two moments exactly if they are in the same one. */
export type NamePeriod = (period: Period, moment: Date) => string;

/** The periods by the clocks of the time zone, which must be one. Weeks begin on Monday; an hour that the clocks show twice is two. */
export function periodsOf(timezone: string): NamePeriod {
  const clocks = clocksOf(timezone);
  // A forecast asks for the same moments again and again.
  const known = new Map<number, number>();
  return (period, moment) => {
    const shown = known.get(moment.getTime()) ?? clocks(moment.getTime());
    known.set(moment.getTime(), shown);
    const day = Math.floor(shown / DAY_MS);
    const date = new Date(shown);
    const names: Record<Period, () => string> = {
      hour: () => `${Math.floor(shown / HOUR_MS)}${offset(shown, moment)}`,
      day: () => `${day}`,
      week: () => `${Math.floor((day + DAYS_SINCE_MONDAY) / 7)}`,
      month: () => `${date.getUTCFullYear()}-${date.getUTCMonth()}`,
      year: () => `${date.getUTCFullYear()}`,
    };
    return names[period]();
  };
}

/** How far the clocks are from those of UTC. */
const offset = (shown: number, moment: Date): string => `@${shown - Math.floor(moment.getTime() / SECOND_MS) * SECOND_MS}`;
