const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** No clocks are changed between these, nor by less. */
const STEP_MS = 15 * MINUTE_MS;

/** The year that is looked at: from a moment on, and up to another. */
export const YEAR = { from: Date.UTC(2026, 0, 10, 12), to: Date.UTC(2027, 0, 11, 12) };

/** A minute as clocks show it. */
export interface Shown {
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

/** What a cron expression means, written down by hand; for one by the hour, that it is. */
export type Meaning = readonly [expression: string, isDue: (shown: Shown) => boolean, hourly?: 'hourly'];

export const at = (hour: number, minute: number) => (shown: Shown) => shown.hour === hour && shown.minute === minute;
export const isOneOf = (value: number, ...values: readonly number[]) => values.includes(value);

const readShown = (shown: number): Shown => {
  const date = new Date(shown);
  return {
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
};

/** The minutes of the year which each of them means, whatever clocks show them. */
export function meantMinutes(meanings: readonly Meaning[]): number[][] {
  const meant: number[][] = meanings.map(() => []);
  for (let minute = YEAR.from - DAY_MS; minute < YEAR.to + DAY_MS; minute += MINUTE_MS) {
    const shown = readShown(minute);
    meanings.forEach(([, isDue], index) => isDue(shown) && meant[index]!.push(minute));
  }
  return meant;
}

/** The moments of the year at which the clocks show each quarter of an hour, found by looking at them, in a way of its own. */
export type Clocks = ReadonlyMap<number, readonly number[]>;

export function lookAtClocks(timeZone: string): Clocks {
  const format = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const moments = new Map<number, number[]>();
  for (let moment = YEAR.from - 3 * DAY_MS; moment < YEAR.to + 3 * DAY_MS; moment += STEP_MS) {
    const shown = Date.parse(`${format.format(moment).replace(' ', 'T')}Z`);
    moments.set(shown, [...(moments.get(shown) ?? []), moment]);
  }
  return moments;
}

/** The moments at which the clocks show it: one, or none or two when they are changed. */
export function momentsOf(shown: number, clocks: Clocks): number[] {
  const beyond = shown % STEP_MS;
  return (clocks.get(shown - beyond) ?? []).map((moment) => moment + beyond);
}

/** What is skipped comes as much later as the last quarter of an hour before it that is shown. */
function asMuchLater(shown: number, clocks: Clocks): number {
  let before = shown - (shown % STEP_MS);
  while (!clocks.has(before)) before -= STEP_MS;
  return clocks.get(before)![0]! + shown - before;
}

/** When something is due in that year, by the documented rule. */
export function expected(meant: readonly number[], isHourly: boolean, clocks: Clocks): number[] {
  const due = meant.flatMap((shown) => {
    const moments = momentsOf(shown, clocks);
    return isHourly ? moments : [moments[0] ?? asMuchLater(shown, clocks)];
  });
  return [...new Set(due)].filter((moment) => moment > YEAR.from && moment <= YEAR.to).sort((a, b) => a - b);
}
