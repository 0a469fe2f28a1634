import { readDueTime, readIntervalType, type IntervalType } from '../../src/backup/due-time.js';

test.each([
  ['hourly', 'HOURLY'],
  ['Daily', 'DAILY'],
  ['WEEKLY', 'WEEKLY'],
  ['mOnThLy', 'MONTHLY'],
])('%s is read as %s', (text, type) => {
  expect(readIntervalType(text)).toBe(type);
});

test.each(['', 'yearly', ' daily', 'DAILY '])('"%s" is no interval type', (text) => {
  expect(() => readIntervalType(text)).toThrow(`parameter intervaltype: "${text}" is none of HOURLY, DAILY, WEEKLY, MONTHLY`);
});

test.each<[IntervalType, string, [minute: number, hour: number, day: number]]>([
  ['HOURLY', '00', [0, 0, 1]],
  ['HOURLY', '59', [59, 0, 1]],
  ['DAILY', '5:2', [5, 2, 1]],
  ['DAILY', '09:23', [9, 23, 1]],
  ['WEEKLY', '15:02:1', [15, 2, 1]],
  ['WEEKLY', '15:02:7', [15, 2, 7]],
  ['MONTHLY', '00:00:01', [0, 0, 1]],
  ['MONTHLY', '00:00:28', [0, 0, 28]],
])('a %s schedule "%s" is due at minute, hour and day %j', (type, text, [minute, hour, day]) => {
  expect(readDueTime(type, text)).toEqual({ minute, hour, day });
});

test.each<[IntervalType, string, string]>([
  ['HOURLY', '', 'MM'],
  ['HOURLY', '15:02', 'MM'],
  ['HOURLY', '015', 'MM'],
  ['HOURLY', '-1', 'MM'],
  ['HOURLY', ' 5', 'MM'],
  ['DAILY', '15', 'MM:HH'],
  ['DAILY', '15:', 'MM:HH'],
  ['DAILY', '15:02:1', 'MM:HH'],
  ['DAILY', '15.02', 'MM:HH'],
  ['WEEKLY', '15:02', 'MM:HH:D'],
  ['WEEKLY', '15:02:MO', 'MM:HH:D'],
  ['MONTHLY', '15:02:1:1', 'MM:HH:D'],
])('a %s schedule "%s" is not of the form %s', (type, text, form) => {
  const problem = `parameter schedule: "${text}" is not of the form ${form}, which a schedule that is ${type} has`;
  expect(() => readDueTime(type, text)).toThrow(problem);
});

test.each<[IntervalType, string, string]>([
  ['HOURLY', '60', 'the minute in "60" is not from 0 to 59'],
  ['DAILY', '75:02', 'the minute in "75:02" is not from 0 to 59'],
  ['DAILY', '15:24', 'the hour in "15:24" is not from 0 to 23'],
  ['WEEKLY', '15:02:0', 'the day of the week in "15:02:0" is not from 1 to 7'],
  ['WEEKLY', '15:02:8', 'the day of the week in "15:02:8" is not from 1 to 7'],
  ['MONTHLY', '15:02:0', 'the day of the month in "15:02:0" is not from 1 to 28'],
  ['MONTHLY', '15:02:29', 'the day of the month in "15:02:29" is not from 1 to 28'],
])('a %s schedule "%s" is refused rather than counted on', (type, text, problem) => {
  expect(() => readDueTime(type, text)).toThrow(`parameter schedule: ${problem}`);
});
