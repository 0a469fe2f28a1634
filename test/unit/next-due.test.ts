import fc from 'fast-check';
import type { IntervalType } from '../../src/backup/due-time.js';
import type { Timing } from '../../src/backup/calendar.js';
import { nextDue } from '../../src/backup/next-due.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat[]>();

/** What the clocks of the zone show, by a way of its own: `2026-03-29 03:30:00 Sun`. */
function shown(timeZone: string, moment: Date): string {
  const known = formats.get(timeZone) ?? [
    new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' }),
    new Intl.DateTimeFormat('en', { timeZone, weekday: 'short' }),
  ];
  formats.set(timeZone, known);
  return known.map((format) => format.format(moment)).join(' ');
}

const dateOf = (text: string): string => text.slice(0, 10);
const timeOf = (text: string): string => text.slice(11, 16);

const next = (intervalType: IntervalType, schedule: string, timezone: string, after: string): string =>
  nextDue({ intervalType, schedule, timezone }, new Date(after)).toISOString().replace(':00.000Z', 'Z');

/** The moments from `from` on at which it is due, for as many days. */
function runs(timing: Timing, from: Date, days: number): Date[] {
  const end = from.getTime() + days * DAY_MS;
  const found: Date[] = [];
  for (let run = nextDue(timing, from); run.getTime() <= end; run = nextDue(timing, run)) found.push(run);
  return found;
}

describe('the next run', () => {
  test.each<[IntervalType, string, string, string, string]>([
    ['HOURLY', '15', 'Etc/UTC', '2026-01-01T10:14:59.999Z', '2026-01-01T10:15Z'],
    ['HOURLY', '15', 'Etc/UTC', '2026-01-01T10:15:00.000Z', '2026-01-01T11:15Z'],
    ['HOURLY', '0', 'Asia/Kathmandu', '2026-01-01T10:00:00.000Z', '2026-01-01T10:15Z'],
    ['DAILY', '09:02', 'Etc/UTC', '2026-01-01T02:08:30.000Z', '2026-01-01T02:09Z'],
    ['DAILY', '09:02', 'Etc/UTC', '2026-01-01T02:09:00.000Z', '2026-01-02T02:09Z'],
    ['DAILY', '0:0', 'Pacific/Kiritimati', '2026-01-01T11:00:00.000Z', '2026-01-02T10:00Z'],
    ['WEEKLY', '0:12:1', 'Etc/UTC', '2026-01-01T00:00:00.000Z', '2026-01-04T12:00Z'],
    ['WEEKLY', '0:12:7', 'Etc/UTC', '2026-01-03T12:00:00.000Z', '2026-01-10T12:00Z'],
    ['MONTHLY', '30:23:28', 'America/New_York', '2026-01-29T00:00:00.000Z', '2026-01-29T04:30Z'],
    ['MONTHLY', '0:0:1', 'Etc/UTC', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00Z'],
  ])('of %s %s in %s after %s is %s', (type, schedule, timezone, after, expected) => {
    expect(next(type, schedule, timezone, after)).toBe(expected);
  });

  test('of a time that the clocks skip is as much later, and only on that day', () => {
    const after = '2026-03-28T12:00:00Z';
    const first = next('DAILY', '30:02', 'Europe/Zurich', after);
    expect([first, next('DAILY', '30:02', 'Europe/Zurich', first)]).toEqual(['2026-03-29T01:30Z', '2026-03-30T00:30Z']);
    expect(shown('Europe/Zurich', new Date(first))).toBe('2026-03-29 03:30:00 Sun');
  });

  test('of a time that the clocks show twice is the first of the two, and not the second', () => {
    const first = next('DAILY', '30:02', 'Europe/Zurich', '2026-10-24T12:00:00Z');
    expect([first, next('DAILY', '30:02', 'Europe/Zurich', first)]).toEqual(['2026-10-25T00:30Z', '2026-10-26T01:30Z']);
  });

  test('of every hour comes in both of the hours that the clocks show twice', () => {
    const first = next('HOURLY', '30', 'Europe/Zurich', '2026-10-25T00:00:00Z');
    expect([first, next('HOURLY', '30', 'Europe/Zurich', first)]).toEqual(['2026-10-25T00:30Z', '2026-10-25T01:30Z']);
  });

  test('of every hour follows clocks that are changed by half an hour', () => {
    expect(next('HOURLY', '45', 'Australia/Lord_Howe', '2026-10-03T15:20:00Z')).toBe('2026-10-03T15:45Z');
  });

  test('of a day that a zone left out is a day later, also when that is asked for on the day itself', () => {
    const expected = '2011-12-30T20:00Z';
    expect(next('WEEKLY', '0:10:6', 'Pacific/Apia', '2011-12-29T12:00:00Z')).toBe(expected);
    expect(next('WEEKLY', '0:10:6', 'Pacific/Apia', '2011-12-30T11:00:00Z')).toBe(expected);
  });
});

const minutes = fc.integer({ min: 0, max: 59 });
const hours = fc.integer({ min: 0, max: 23 });
const SCHEDULES: Readonly<Record<IntervalType, fc.Arbitrary<string>>> = {
  HOURLY: minutes.map(String),
  DAILY: fc.tuple(minutes, hours).map((parts) => parts.join(':')),
  WEEKLY: fc.tuple(minutes, hours, fc.integer({ min: 1, max: 7 })).map((parts) => parts.join(':')),
  MONTHLY: fc.tuple(minutes, hours, fc.integer({ min: 1, max: 28 })).map((parts) => parts.join(':')),
};
const timezones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
const moments = fc.date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });

const timingsOf = (intervalType: IntervalType): fc.Arbitrary<Timing> =>
  fc.record({ intervalType: fc.constant(intervalType), schedule: SCHEDULES[intervalType], timezone: timezones });

/** The longest that each waits; a day more than by the calendar, because a zone may leave a day out, and half an hour for the clocks. */
const LONGEST_MS: Readonly<Record<IntervalType, number>> = {
  HOURLY: 90 * MINUTE_MS,
  DAILY: 2 * DAY_MS,
  WEEKLY: 8 * DAY_MS,
  MONTHLY: 32 * DAY_MS,
};
const TYPES = Object.keys(SCHEDULES) as IntervalType[];

describe.each(TYPES)('of any %s schedule in any time zone', (type) => {
  test('the next run is later than now, soon, on a full minute, and the next as well of every moment before it', () => {
    const property = fc.property(timingsOf(type), moments, fc.double({ min: 0, max: 1, noNaN: true }), (timing, after, part) => {
      const run = nextDue(timing, after);
      const wait = run.getTime() - after.getTime();
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(LONGEST_MS[type]);
      expect(run.getTime() % MINUTE_MS).toBe(0);
      const between = new Date(after.getTime() + Math.floor((wait - 1) * part));
      expect(nextDue(timing, between)).toEqual(run);
    });
    fc.assert(property, { numRuns: 200 });
  });

  test('the clocks show the minute then, or skip the time of that day', () => {
    const property = fc.property(timingsOf(type), moments, (timing, after) => {
      const [minute = '', hour = '0'] = timing.schedule.split(':').map((part) => part.padStart(2, '0'));
      const text = shown(timing.timezone, nextDue(timing, after));
      const time = `${hour}:${minute}`;
      if (type === 'HOURLY') expect(timeOf(text).slice(3)).toBe(minute);
      else if (timeOf(text) !== time) expect(skips(timing.timezone, dateOf(text), time)).toBe(true);
    });
    fc.assert(property, { numRuns: 200 });
  });
});

/** Whether no moment of the date or the day before is shown as that time on its date. */
function skips(timezone: string, date: string, time: string): boolean {
  const noon = new Date(`${date}T12:00:00Z`).getTime();
  const dates = [date, new Date(noon - DAY_MS).toISOString().slice(0, 10)];
  const showing = new Set<string>();
  for (let moment = noon - 3 * DAY_MS; moment < noon + 2 * DAY_MS; moment += 15 * MINUTE_MS) {
    const text = shown(timezone, new Date(moment + (Number(time.slice(3)) % 15) * MINUTE_MS));
    showing.add(`${dateOf(text)} ${timeOf(text)}`);
  }
  return dates.some((day) => !showing.has(`${day} ${time}`));
}

describe.each(['Europe/Zurich', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago', 'Africa/Casablanca', 'Asia/Kolkata'])(
  'in a year of %s',
  (timezone) => {
    const from = new Date('2026-01-15T00:00:00Z');
    const dates = (timing: Timing) => runs(timing, from, 365).map((run) => dateOf(shown(timezone, run)));

    test.each(['0:0', '30:1', '30:2', '15:3', '59:23'])('a DAILY schedule %s is due once on every day', (schedule) => {
      const days = dates({ intervalType: 'DAILY', schedule, timezone });
      expect(days).toHaveLength(365);
      expect(new Set(days).size).toBe(365);
    });

    test('a WEEKLY schedule is due on every Sunday, and a MONTHLY one in every month', () => {
      const weekly = runs({ intervalType: 'WEEKLY', schedule: '30:2:1', timezone }, from, 365).map((run) => shown(timezone, run));
      expect([52, 53]).toContain(weekly.length);
      expect(weekly.filter((text) => !text.endsWith(' Sun'))).toEqual([]);
      expect(new Set(dates({ intervalType: 'MONTHLY', schedule: '30:2:28', timezone })).size).toBe(12);
    });
  },
);

describe('an HOURLY schedule', () => {
  const waits = (schedule: string, timezone: string, from: string): number[] => {
    const moments = runs({ intervalType: 'HOURLY', schedule, timezone }, new Date(from), 3).map((run) => run.getTime() / MINUTE_MS);
    return moments.slice(1).map((run, index) => run - (moments[index] ?? 0));
  };

  test.each(['2026-03-28', '2026-10-24'])('in Europe/Zurich is due every 60 minutes, also when the clocks are changed after %s', (from) => {
    expect(new Set(waits('30', 'Europe/Zurich', from))).toEqual(new Set([60]));
  });

  test.each([
    ['back', '30', '2026-04-04', 30],
    ['forward', '30', '2026-10-03', 30],
    ['forward', '15', '2026-10-03', 90],
  ])('in Lord Howe follows clocks that are put %s by half an hour (%s)', (_, schedule, from, wait) => {
    expect(waits(schedule, 'Australia/Lord_Howe', from).filter((minutes) => minutes !== 60)).toEqual([wait]);
  });
});
