import { nextDue } from '../../src/backup/next-due.js';
import { at, expected, isOneOf, lookAtClocks, meantMinutes, momentsOf, YEAR, type Meaning, type Shown } from '../kit/looked-up-clocks.js';

/** Where the clocks are changed that are. */
const isNearChange = ({ month, day }: Shown) => isOneOf(month, 3, 4, 9, 10, 11) && (day <= 8 || day >= 22);

const MEANINGS: readonly Meaning[] = [
  ['0 0 * * *', at(0, 0)],
  ['30 0 * * *', at(0, 30)],
  ['15 2 * * *', at(2, 15)],
  ['59 23 * * *', at(23, 59)],
  ['30 2 * * SUN', (shown) => shown.weekday === 0 && at(2, 30)(shown)],
  ['5 1 31 * *', (shown) => shown.day === 31 && at(1, 5)(shown)],
  ['0 3 13 * FRI', (shown) => (shown.day === 13 || shown.weekday === 5) && at(3, 0)(shown)],
  [
    '10,40 1-3 * 3,4,9-11 *',
    ({ month, hour, minute }) => isOneOf(month, 3, 4, 9, 10, 11) && isOneOf(hour, 1, 2, 3) && isOneOf(minute, 10, 40),
  ],
  ['0 */2 1-8,22-31 3,4,9-11 *', (shown) => isNearChange(shown) && shown.hour % 2 === 0 && shown.minute === 0],
  ['7 * 1-8,22-31 3,4,9-11 *', (shown) => isNearChange(shown) && shown.minute === 7, 'hourly'],
  ['*/20 * * 3-4 SAT,SUN', ({ month, weekday, minute }) => isOneOf(month, 3, 4) && isOneOf(weekday, 0, 6) && minute % 20 === 0, 'hourly'],
];

function dueTimes(schedule: string, timezone: string): number[] {
  const found: number[] = [];
  for (let after = YEAR.from; ;) {
    after = nextDue({ intervalType: 'CRON', schedule, timezone }, new Date(after)).getTime();
    if (after > YEAR.to) return found;
    found.push(after);
  }
}

const MEANT = meantMinutes(MEANINGS);
const NUMBERED = MEANINGS.map(([expression, , hourly], index) => [expression, hourly !== undefined, MEANT[index]!] as const);

describe.each([
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Casablanca',
  'Asia/Beirut',
  'Asia/Kolkata',
])('in a year of %s, with the changes of its clocks,', (timezone) => {
  const clocks = lookAtClocks(timezone);

  test.each(NUMBERED)('%s is due at every due time, and at no other', (expression, isHourly, meant) => {
    expect(dueTimes(expression, timezone)).toEqual(expected(meant, isHourly, clocks));
  });
});

test('the year of Berlin has both changes of the clocks', () => {
  const clocks = lookAtClocks('Europe/Berlin');
  expect(momentsOf(Date.UTC(2026, 2, 29, 2, 30), clocks)).toHaveLength(0);
  expect(momentsOf(Date.UTC(2026, 9, 25, 2, 30), clocks)).toHaveLength(2);
});
