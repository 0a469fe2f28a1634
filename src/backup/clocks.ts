import { LRUCache } from 'lru-cache';

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** What the clocks of a time zone show at a moment, as the moment at which those of UTC show it. */
export type Clocks = (moment: number) => number;

/** To make one takes longer than to use it; names count in any case, so there is no end to them. */
const known = new LRUCache<string, Clocks>({ max: 1000 });

/** The clocks of the time zone with the IANA name. */
export function clocksOf(timeZone: string): Clocks {
  const clocks = known.get(timeZone) ?? readingClocks(timeZone);
  known.set(timeZone, clocks);
  return clocks;
}

function readingClocks(timeZone: string): Clocks {
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...numeric });
  return (moment) => {
    const [month = 1, day = 1, year = 0, ...time] = (format.format(moment).match(/\d+/g) ?? []).map(Number);
    return Date.UTC(year, month - 1, day, ...time);
  };
}

/** A moment by the clocks as they go before a change of them, and as they go after it; mostly there is no change, and they are the same. */
export type Around = readonly [before: number, after: number];

/**
 * The moments at which the clocks show it, or would, if they went as a day before and as a day after. Clocks are changed seldom, so these
 * are the ways in which they go before and after any change near it.
 */
export function momentsAround(shown: number, clocks: Clocks): Around {
  const momentAtOffsetOf = (near: number) => shown - (clocks(near) - near);
  return [momentAtOffsetOf(shown - DAY_MS), momentAtOffsetOf(shown + DAY_MS)];
}

/** Those at which the clocks do show it: one, or none or two when they are changed. */
export const showing = (around: Around, shown: number, clocks: Clocks): number[] =>
  around[0] === around[1] ? [around[0]] : around.filter((moment) => clocks(moment) === shown);

/** The moment at which the clocks show it: the first if there are two; if there is none, the one at which they would have, unchanged. */
export const momentOf = (shown: number, clocks: Clocks, around = momentsAround(shown, clocks)): number =>
  showing(around, shown, clocks)[0] ?? around[0];

/** The moment as the clocks of the time zone show it, with their offset: `2026-10-25T02:30:00+0200`. */
export function localTime(moment: Date, timeZone: string): string {
  const whole = moment.getTime() - moment.getUTCMilliseconds();
  const shown = clocksOf(timeZone)(whole);
  const minutes = Math.round(Math.abs(shown - whole) / MINUTE_MS);
  const twoDigits = (number: number) => String(number).padStart(2, '0');
  const offset = `${shown < whole ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}${twoDigits(minutes % 60)}`;
  return `${new Date(shown).toISOString().slice(0, 19)}${offset}`;
}
