import fc from 'fast-check';
import { estimatedEnd, moved, type BytesMoved } from '../../src/jobs/byte-rate.js';

const START = Date.UTC(2026, 2, 4, 5, 6, 7);
const at = (seconds: number): Date => new Date(START + seconds * 1000);

/** Measures so many bytes a second for so many seconds. */
function run(before: BytesMoved | undefined, from: number, seconds: number, perSecond: number): BytesMoved {
  let measured = before ?? moved(undefined, 0, at(from));
  for (let second = 1; second <= seconds; second++) measured = moved(measured, measured.doneBytes + perSecond, at(from + second));
  return measured;
}

test('work that goes on evenly is measured exactly, and so is its end', () => {
  const measured = run(undefined, 0, 10, 1000);
  expect(measured).toMatchObject({ doneBytes: 10_000, bytesPerSecond: 1000 });
  expect(estimatedEnd(measured, 60_000, at(10))).toEqual(at(60));
});

test('a change of the pace is followed within a minute or two, and one slow second moves little', () => {
  const steady = run(undefined, 0, 60, 1000);
  expect(run(steady, 60, 1, 0).bytesPerSecond).toBeGreaterThan(950);
  expect(run(steady, 60, 120, 100).bytesPerSecond).toBeLessThan(130);
});

test('one measurement gives no rate, and without one nobody knows the end', () => {
  const first = moved(undefined, 500, at(0));
  expect(first.bytesPerSecond).toBeNull();
  expect(estimatedEnd(first, 1000, at(5))).toBeUndefined();
  expect(estimatedEnd(run(undefined, 0, 5, 0), 1000, at(5))).toBeUndefined();
});

test('work that begins anew is measured anew, and a clock that stands still or goes back measures nothing', () => {
  const measured = run(undefined, 0, 10, 1000);
  expect(moved(measured, 5, at(20))).toEqual({ doneBytes: 5, at: at(20), bytesPerSecond: null });
  expect(moved(measured, 20_000, at(10))).toBe(measured);
  expect(moved(measured, 20_000, at(3))).toBe(measured);
});

test('a rate is never negative, and an end never in the past or beyond all clocks', () => {
  const reports = fc.array(fc.record({ bytes: fc.nat(), seconds: fc.integer({ min: -5, max: 100 }) }), { maxLength: 20 });
  fc.assert(
    fc.property(reports, fc.nat(), (all, total) => {
      let measured: BytesMoved | undefined;
      let clock = 0;
      for (const { bytes, seconds } of all) measured = moved(measured, bytes, at((clock += seconds)));
      if (!measured) return;
      expect(measured.bytesPerSecond ?? 0).toBeGreaterThanOrEqual(0);
      const end = estimatedEnd(measured, total, at(clock));
      if (end) {
        expect(end.getTime()).toBeGreaterThanOrEqual(at(clock).getTime());
        expect(end.getUTCFullYear()).toBeLessThan(10_000);
      }
    }),
  );
});
