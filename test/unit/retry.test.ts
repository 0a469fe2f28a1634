import fc from 'fast-check';
import { ASKED, SCHEDULED, URGENT } from '../../src/dao/job-dao.js';
import { refused } from '../../src/errors.js';
import { retryOf } from '../../src/jobs/retry.js';
import { ProviderError, type ProviderFault } from '../../src/provider/index.js';

const chance = fc.double({ min: 0, max: 1, noNaN: true });
const tried = fc.record({
  retries: fc.nat({ max: 20 }),
  crashes: fc.nat({ max: 20 }),
  priority: fc.constantFrom(URGENT, ASKED, SCHEDULED),
});
const temporary = new ProviderError('temporary', 'away');
const OTHERS: ProviderFault[] = ['rejected', 'not_found', 'unsupported', 'auth', 'capacity', 'corrupt', 'unknown'];

test('a temporary fault is retried so many times and no more', () => {
  fc.assert(
    fc.property(tried, fc.nat({ max: 20 }), chance, (before, most, at) => {
      const retry = retryOf(temporary, before, most, at);
      if (before.retries < most) expect(retry).toMatchObject({ retries: before.retries + 1, crashes: before.crashes });
      else expect(retry).toBeUndefined();
    }),
  );
});

test('the pause is chosen from nothing up to a time that doubles, and is never longer than five minutes', () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 7].map((retries) => retryOf(temporary, { retries, crashes: 0, priority: ASKED }, 100, 1)?.pauseMs);
  expect(longest).toEqual([5, 10, 20, 40, 80, 160, 300, 300].map((seconds) => seconds * 1000));
  fc.assert(
    fc.property(tried, chance, (before, at) => {
      const most = retryOf(temporary, before, 100, 1)!.pauseMs;
      const { pauseMs } = retryOf(temporary, before, 100, at)!;
      expect(pauseMs).toBeGreaterThanOrEqual(0);
      expect(pauseMs).toBeLessThanOrEqual(most);
      expect(Math.abs(pauseMs - at * most)).toBeLessThanOrEqual(1);
    }),
  );
});

test('a fault of the server counts as a crash, whatever retries are allowed, and its pause differs too', () => {
  expect(retryOf(new Error('bug'), { retries: 2, crashes: 1, priority: ASKED }, 0, 1)).toEqual({ retries: 2, crashes: 2, pauseMs: 1600 });
  expect(retryOf(new Error('bug'), { retries: 2, crashes: 1, priority: ASKED }, 0, 0.5)).toMatchObject({ pauseMs: 800 });
});

test('a restore is also tried again when nobody knows how it ended', () => {
  const unknown = new ProviderError('unknown', 'no answer');
  expect(retryOf(unknown, { retries: 1, crashes: 0, priority: URGENT }, 2, 1)).toEqual({ retries: 2, crashes: 0, pauseMs: 10_000 });
  expect(retryOf(unknown, { retries: 2, crashes: 0, priority: URGENT }, 2, 1)).toBeUndefined();
});

test('nothing else is tried again', () => {
  const urgent = { retries: 0, crashes: 0, priority: URGENT };
  for (const fault of OTHERS.filter((fault) => fault !== 'unknown'))
    expect(retryOf(new ProviderError(fault, 'no'), urgent, 9, 1)).toBeUndefined();
  for (const fault of OTHERS)
    expect(retryOf(new ProviderError(fault, 'no'), { retries: 0, crashes: 0, priority: ASKED }, 9, 1)).toBeUndefined();
  expect(retryOf(refused('no'), { retries: 0, crashes: 0, priority: ASKED }, 9, 1)).toBeUndefined();
});
