import fc from 'fast-check';
import type { LedgerEntry } from '../../src/dao/usage-ledger-dao.js';
import { usageWithin } from '../../src/usage/usage-within.js';

const MINUTES = 60;
const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1) + minute * 60_000);

/** Something that lasts from one minute to another, such as an assignment or a backup. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

const owner = { vmId: 1, policyId: 1, zoneId: 1, accountId: 1, domainId: 1, backupId: null, revision: 0 };
const entry = (fact: 'Held' | 'Gone', minute: number, bytes: number): LedgerEntry => {
  const sign = fact === 'Held' ? 1 : -1;
  return { ...owner, fact, reasons: sign, storedBytes: sign * bytes, logicalBytes: sign * 2 * bytes, created: at(minute) };
};
const entriesOf = (spans: readonly Span[]): LedgerEntry[] =>
  spans
    .flatMap(({ from, to, bytes }) => [entry('Held', from, bytes), entry('Gone', to, bytes)])
    .sort((a, b) => a.created.getTime() - b.created.getTime() || b.reasons - a.reasons);

const sum = (entries: readonly LedgerEntry[], field: 'reasons' | 'storedBytes' | 'logicalBytes') =>
  entries.reduce((total, one) => total + one[field], 0);

/** As the ledger is asked: sums up to the beginning of the period, entries from then on. */
function usageOf(spans: readonly Span[], start: number, end: number) {
  const entries = entriesOf(spans);
  const before = entries.filter(({ created }) => created <= at(start));
  const changes = entries.filter(({ created }) => created > at(start) && created < at(end));
  const opening = { reasons: sum(before, 'reasons'), storedBytes: sum(before, 'storedBytes'), logicalBytes: sum(before, 'logicalBytes') };
  return usageWithin({ start: at(start), end: at(end) }, opening, changes);
}

const minute = fc.integer({ min: 0, max: MINUTES });
const span = fc
  .tuple(minute, minute, fc.integer({ min: 0, max: 1000 }))
  .filter(([a, b]) => a !== b)
  .map(([a, b, bytes]): Span => ({ from: Math.min(a, b), to: Math.max(a, b), bytes }));
const spans = fc.array(span, { maxLength: 12 });
const period = fc.tuple(minute, minute).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);

test('counts every minute in which there is a reason, once', () => {
  fc.assert(
    fc.property(spans, period, (all, [start, end]) => {
      const minutes = Array.from({ length: end - start }, (_, index) => start + index);
      const counted = minutes.filter((now) => all.some(({ from, to }) => from <= now && now < to));
      expect(usageOf(all, start, end).milliseconds).toBe(counted.length * 60_000);
    }),
  );
});

test('knows the bytes that are there just before the period ends', () => {
  fc.assert(
    fc.property(spans, period, (all, [start, end]) => {
      fc.pre(start < end);
      const there = all.filter(({ from, to }) => from < end && to >= end).reduce((total, { bytes }) => total + bytes, 0);
      const { storedBytes, logicalBytes } = usageOf(all, start, end);
      expect([storedBytes, logicalBytes]).toEqual([there, 2 * there]);
    }),
  );
});

test('the usage of two adjoining periods is that of both together', () => {
  fc.assert(
    fc.property(spans, period, minute, (all, [start, end], between) => {
      fc.pre(start <= between && between <= end);
      const parts = usageOf(all, start, between).milliseconds + usageOf(all, between, end).milliseconds;
      expect(parts).toBe(usageOf(all, start, end).milliseconds);
    }),
  );
});
