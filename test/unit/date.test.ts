import { formatDate, parseDate, parseMoment, withFormattedDates } from '../../src/api/date.js';

const moment = (text: string): number => Date.parse(text);

test('moments are written with a numeric offset and without fractions', () => {
  expect(formatDate(new Date('2026-01-02T03:04:05.678Z'))).toBe('2026-01-02T03:04:05+0000');
});

test('moments anywhere in an answer are written so, and nothing else is touched', () => {
  const at = new Date('2026-01-02T03:04:05Z');
  const answer = { at, list: [at, { at, n: 1 }], text: 'at', no: null, nothing: undefined, yes: true };
  const text = '2026-01-02T03:04:05+0000';
  expect(withFormattedDates(answer)).toEqual({
    at: text,
    list: [text, { at: text, n: 1 }],
    text: 'at',
    no: null,
    nothing: undefined,
    yes: true,
  });
  expect(answer.at).toBe(at);
});

describe('a moment with an offset', () => {
  test.each([
    ['2026-01-01T00:00:00+0000', '2026-01-01T00:00:00Z'],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00Z'],
    ['2026-01-01T00:00:00.123Z', '2026-01-01T00:00:00.123Z'],
    ['2026-01-01T00:00:00.123456Z', '2026-01-01T00:00:00.123Z'],
    ['2026-01-01T00:00:00.123456+0000', '2026-01-01T00:00:00.123Z'],
    ['2026-01-01T00:00Z', '2026-01-01T00:00:00Z'],
    ['2026-01-01T00:00:00Z+0000', '2026-01-01T00:00:00Z'],
    ['2026-01-01T02:30:00+0230', '2026-01-01T00:00:00Z'],
    ['2026-01-01T00:00:00-05:00', '2026-01-01T05:00:00Z'],
  ])('is read: %s', (text, expected) => {
    expect(parseMoment(text)?.getTime()).toBe(moment(expected));
    expect(parseDate(text, false)?.getTime()).toBe(moment(expected));
    expect(parseDate(text, true)?.getTime()).toBe(moment(expected));
  });

  test.each([
    '',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:00 0000',
    '2026-01-01 00:00:00+0000',
    '2026-13-01T00:00:00Z',
    '2026-01-01T25:00:00Z',
    '2026-01-01T00:00:00+99:99',
    '20260101T000000Z',
    'now',
  ])('is not: %j', (text) => {
    expect(parseMoment(text)).toBeUndefined();
  });
});

describe('a date without an offset', () => {
  test.each([
    ['2026-01-02 03:04:05', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    ['2026-01-02', '2026-01-02T00:00:00Z', '2026-01-02T23:59:59Z'],
    ['2026-01-02 and more', '2026-01-02T00:00:00Z', '2026-01-02T23:59:59Z'],
    ['2026-13-40', '2027-02-09T00:00:00Z', '2027-02-09T23:59:59Z'],
    ['2026-02-29', '2026-03-01T00:00:00Z', '2026-03-01T23:59:59Z'],
  ])('is UTC, and a day is its first or its last second: %s', (text, start, end) => {
    expect(parseDate(text, false)?.getTime()).toBe(moment(start));
    expect(parseDate(text, true)?.getTime()).toBe(moment(end));
  });

  test.each(['', 'tomorrow', '01.02.2026', '2026-1-2', '26-01-02', '2026-01-02 25:00:00', '1767225600'])('is not read: %j', (text) => {
    expect(parseDate(text, false)).toBeUndefined();
  });
});
