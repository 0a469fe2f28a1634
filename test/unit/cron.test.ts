import { calendarOf, timesOf } from '../../src/backup/calendar.js';
import { readCron, spelled } from '../../src/backup/cron.js';

/** The first times of the expression in 2027, which begins on a Friday. */
function first(expression: string, count = 3): string[] {
  const times: string[] = [];
  for (const time of timesOf(calendarOf({ intervalType: 'CRON', schedule: spelled(expression) }), Date.UTC(2027, 0, 1) - 1)) {
    if (times.push(new Date(time).toISOString().slice(0, 16)) === count) break;
  }
  return times;
}

test.each<[string, string[]]>([
  ['30 2 * * *', ['2027-01-01T02:30', '2027-01-02T02:30', '2027-01-03T02:30']],
  ['0 22 * * mon-fri', ['2027-01-01T22:00', '2027-01-04T22:00', '2027-01-05T22:00']],
  ['  5   4  1  JAN,jul * ', ['2027-01-01T04:05', '2027-07-01T04:05', '2028-01-01T04:05']],
  ['*/25 6-7 * * *', ['2027-01-01T06:00', '2027-01-01T06:25', '2027-01-01T06:50']],
  ['10/20 0 * * *', ['2027-01-01T00:10', '2027-01-01T00:30', '2027-01-01T00:50']],
  ['0 0 * * 7', ['2027-01-03T00:00', '2027-01-10T00:00', '2027-01-17T00:00']],
  ['0 0 * * 0', ['2027-01-03T00:00', '2027-01-10T00:00', '2027-01-17T00:00']],
  ['0 0 * * 5-7', ['2027-01-01T00:00', '2027-01-02T00:00', '2027-01-03T00:00']],
  ['0 0 29 2 *', ['2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00']],
  ['0 0 31 * *', ['2027-01-31T00:00', '2027-03-31T00:00', '2027-05-31T00:00']],
])('%s', (expression, times) => {
  expect(first(expression)).toEqual(times);
});

test('a day of the month and one of the week: either will do', () => {
  expect(first('0 0 4 * SUN')).toEqual(['2027-01-03T00:00', '2027-01-04T00:00', '2027-01-10T00:00']);
});

test.each([
  ['* * * * *', true],
  ['0 * * * *', true],
  ['0 */1 * * *', true],
  ['0 0-23 * * MON', true],
  ['0 */2 * * *', false],
  ['* 1-23 * * *', false],
])('%s is by the hour: %s', (expression, isHourly) => {
  expect(readCron(expression).isHourly).toBe(isHourly);
});

const FORMS = 'none of them twice, as in *, 1, 1-5, */2 and 1,3';

test.each([
  ['', 'does not have the 5 fields of a cron expression: minute, hour, day of the month, month, day of the week'],
  ['0 2 * *', 'does not have the 5 fields'],
  ['0 0 2 * * *', 'does not have the 5 fields'],
  ['@DAILY', 'does not have the 5 fields'],
  ['60 2 * * *', `the minute "60" in "60 2 * * *" is not numbers from 0 to 59, ${FORMS}`],
  ['0 24 * * *', `the hour "24" in "0 24 * * *" is not numbers from 0 to 23, ${FORMS}`],
  ['0 2 0 * *', 'the day of the month "0"'],
  ['0 2 32 * *', 'the day of the month "32"'],
  ['0 2 * 13 *', 'the month "13"'],
  ['0 2 * FOO *', 'the month "FOO" in "0 2 * FOO *" is not numbers from 1 to 12 or JAN to DEC'],
  ['0 2 * * 8', 'the day of the week "8"'],
  ['0 2 * JAN1 *', 'the month "JAN1"'],
  ['0 2 * * 1MON', 'the day of the week "1MON"'],
  ['5-1 * * * *', 'the minute "5-1"'],
  ['*/0 * * * *', 'the minute "*/0"'],
  ['*/90 * * * *', 'the minute "*/90"'],
  ['1,1 * * * *', 'the minute "1,1"'],
  ['1,,2 * * * *', 'the minute "1,,2"'],
  ['-5 * * * *', 'the minute "-5"'],
  ['1.5 * * * *', 'the minute "1.5"'],
  ['0x1 * * * *', 'the minute "0x1"'],
  ['** * * * *', 'the minute "**"'],
  // What only some kinds of cron know.
  ['H * * * *', 'the minute "H"'],
  ['0 2 L * *', 'the day of the month "L"'],
  ['0 2 ? * *', 'the day of the month "?"'],
  ['0 2 15W * *', 'the day of the month "15W"'],
  ['0 2 * * 1#2', 'the day of the week "1#2"'],
  ['0 2 * * 5L', 'the day of the week "5L"'],
  ['0 0 31 2 *', '"0 0 31 2 *" is never due, because no month has such a day'],
  ['0 0 31 4,6 *', 'is never due'],
])('"%s" is refused: %s', (expression, why) => {
  expect(() => readCron(expression)).toThrow(why);
});
