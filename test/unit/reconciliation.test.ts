import fc from 'fast-check';
import { writeManifest } from '../../src/backup/manifest.js';
import { compare, isBelievable, type Decision, type Look } from '../../src/backup/reconciliation.js';
import type { BackupStatus } from '../../src/backup/backup-status.js';
import type { KnownBackup } from '../../src/dao/backup-look-dao.js';
import type { ProviderBackup, Volume } from '../../src/provider/index.js';
import { sampleMachine, sampleVolume } from '../kit/contract/samples.js';

const GRACE_MS = 60_000;
const NOW = new Date('2026-03-01T00:00:00Z');
const agoMs = (ms: number) => new Date(NOW.getTime() - ms);
const look = (changes: Partial<Look> = {}): Look => ({ now: NOW, graceMs: GRACE_MS, isBusy: () => false, ...changes });

const shown = (externalId: string, more: Partial<ProviderBackup> = {}): ProviderBackup => ({
  ...{ externalId, machineUuid: 'machine', takenAt: NOW, type: 'FULL', sizeBytes: 1, protectedSizeBytes: 2, volumes: [], ...more },
});
const holding = (...volumes: readonly Volume[]) => writeManifest({ machine: sampleMachine(), volumes });
const known = (id: number, more: Partial<KnownBackup> = {}): KnownBackup => ({
  ...{ id, uuid: `backup-${id}`, status: 'BackedUp', revision: 0, missed: null, cleaned: null, dependsOn: null },
  ...{ type: 'FULL', sizeBytes: 1, protectedSizeBytes: 2, manifest: holding() },
  ...{ externalId: `external-${id}`, operationId: `operation-${id}`, ...more },
});
const listingOf = (backups: readonly ProviderBackup[]) => new Map(backups.map((backup) => [backup.externalId, backup]));
const stepOf = (row: KnownBackup, backups: readonly ProviderBackup[] = [], at: Look = look()) =>
  compare(listingOf(backups), [row], at).decisions[0]?.step;

const STATUSES: readonly BackupStatus[] = ['BackingUp', 'BackedUp', 'Error', 'Missing', 'Deleting', 'Removed'];
const rows = fc
  .array(
    fc.record({
      status: fc.constantFrom(...STATUSES),
      missed: fc.option(fc.integer({ min: 0, max: 3 * GRACE_MS }).map(agoMs)),
      cleaned: fc.option(fc.constant(NOW)),
      sizeBytes: fc.constantFrom(1, 5),
      isNamed: fc.boolean(),
    }),
    { maxLength: 20 },
  )
  .map((all) =>
    all.map(({ isNamed, ...row }, index) => {
      const isTaken = row.status === 'BackedUp' || row.status === 'Missing' || isNamed;
      return known(index + 1, { ...row, externalId: isTaken && row.status !== 'Error' ? `external-${index + 1}` : null });
    }),
  );
const listings = fc
  .subarray(Array.from({ length: 30 }, (_, index) => index + 1))
  .map((ids) => listingOf(ids.map((id) => shown(`external-${id}`, { operationId: `operation-${id}` }))));

/** The row as the step leaves it; what the provider is asked to remove is gone. */
function after({ step, known: row, held }: Decision): KnownBackup {
  const sizes = held && { externalId: held.externalId, sizeBytes: held.sizeBytes, protectedSizeBytes: held.protectedSizeBytes };
  const is = { ...row, ...sizes, ...(held && { manifest: holding(...held.volumes) }), missed: null };
  const outcomes: Record<Decision['step'], KnownBackup> = {
    missed: { ...row, missed: NOW },
    seen: { ...row, missed: null },
    missing: { ...row, status: 'Missing' },
    back: { ...is, status: 'BackedUp' },
    updated: is,
    recovered: { ...is, status: 'BackedUp' },
    failed: { ...row, status: 'Error', missed: NOW },
    clean: { ...row, cleaned: NOW },
    delete: { ...row, status: 'Removed' },
  };
  return outcomes[step];
}

const applied = (all: readonly KnownBackup[], decisions: readonly Decision[]): KnownBackup[] =>
  all.map((row) => {
    const decision = decisions.find((each) => each.known === row);
    return decision ? after(decision) : row;
  });

test('what a look has made of the backups, the same look does not change again', () => {
  fc.assert(
    fc.property(listings, rows, (listing, all) => {
      const left = applied(all, compare(listing, all, look()).decisions);
      expect(compare(listing, left, look()).decisions).toEqual([]);
    }),
  );
});

test('a backup is believed to be there only if the provider shows it, and missing only if it does not', () => {
  fc.assert(
    fc.property(listings, rows, (listing, all) => {
      for (const { step, held } of compare(listing, all, look()).decisions) {
        if (['seen', 'back', 'updated', 'recovered'].includes(step)) expect(held).toBeDefined();
        if (['missed', 'missing', 'failed', 'clean'].includes(step)) expect(held).toBeUndefined();
      }
    }),
  );
});

test('every backup that the provider shows is known or unknown, and none is both', () => {
  fc.assert(
    fc.property(listings, rows, (listing, all) => {
      const { unknown } = compare(listing, all, look());
      const names = new Set(all.map(({ externalId }) => externalId));
      for (const { externalId } of unknown) expect(names.has(externalId)).toBe(false);
      const unknownNames = new Set(unknown.map(({ externalId }) => externalId));
      for (const [externalId, { operationId }] of listing) {
        const isOfOperation = all.some((row) => row.externalId === null && row.operationId === operationId);
        expect(unknownNames.has(externalId)).toBe(!names.has(externalId) && !isOfOperation);
      }
    }),
  );
});

test('nothing comes of a backup that somebody works on', () => {
  fc.assert(
    fc.property(listings, rows, (listing, all) => {
      const { decisions, lacking, expected } = compare(listing, all, look({ isBusy: () => true }));
      expect({ decisions, lacking, expected }).toEqual({ decisions: [], lacking: 0, expected: 0 });
    }),
  );
});

test('a backup is missing at the second look in vain and when the grace time is over, not before', () => {
  expect(stepOf(known(1))).toBe('missed');
  expect(stepOf(known(1, { missed: agoMs(GRACE_MS - 1) }))).toBeUndefined();
  expect(stepOf(known(1, { missed: agoMs(GRACE_MS) }))).toBe('missing');
  expect(stepOf(known(1, { missed: NOW }), [], look({ graceMs: 0 }))).toBeUndefined();
  expect(stepOf(known(1, { missed: agoMs(1) }), [], look({ graceMs: 0 }))).toBe('missing');
});

test('a backup that is shown again is BackedUp again, and one that was only missed once is left as it is', () => {
  expect(stepOf(known(1, { status: 'Missing', missed: agoMs(1) }), [shown('external-1')])).toBe('back');
  expect(stepOf(known(1, { missed: agoMs(1) }), [shown('external-1')])).toBe('seen');
  expect(stepOf(known(1), [shown('external-1')])).toBeUndefined();
  expect(stepOf(known(1), [shown('external-1', { sizeBytes: 9 })])).toBe('updated');
  expect(stepOf(known(1), [shown('external-1', { dependsOn: 'external-0' })])).toBe('updated');
  const [root, data, other] = [sampleVolume(0), sampleVolume(1), sampleVolume(1)];
  const recorded = known(1, { manifest: holding(root, data) });
  expect(stepOf(recorded, [shown('external-1', { volumes: [data, root] })])).toBeUndefined();
  expect(stepOf(recorded, [shown('external-1', { volumes: [root, other] })])).toBe('updated');
  expect(stepOf(recorded, [shown('external-1', { volumes: [root] })])).toBe('updated');
  expect(stepOf(known(1, { dependsOn: 'external-0' }), [shown('external-1', { dependsOn: 'external-0' })])).toBeUndefined();
});

test('a backup that nobody is taking is there, or has failed and leaves nothing behind', () => {
  const taking = known(1, { status: 'BackingUp', externalId: null });
  expect(stepOf(taking, [shown('any', { operationId: 'operation-1' })])).toBe('recovered');
  expect(stepOf(taking)).toBe('failed');
  const failed = known(1, { status: 'Error', externalId: null });
  expect(stepOf(failed, [shown('any', { operationId: 'operation-1' })])).toBe('recovered');
  expect(stepOf(failed)).toBe('missed');
  expect(stepOf({ ...failed, missed: agoMs(GRACE_MS) })).toBe('clean');
  expect(stepOf({ ...failed, missed: agoMs(GRACE_MS), cleaned: NOW })).toBeUndefined();
});

test('a second backup of an operation whose first is known is unknown', () => {
  const second = shown('second', { operationId: 'operation-1' });
  expect(compare(listingOf([shown('external-1'), second]), [known(1)], look()).unknown).toEqual([second]);
});

test('some backups may be gone, but not all of several, nor most of many', () => {
  const isBelieved = (expected: number, lacking: number, newlyLacking = lacking) => isBelievable({ expected, lacking, newlyLacking });
  expect([isBelieved(1, 1), isBelieved(2, 2)]).toEqual([true, false]);
  expect([isBelieved(4, 3), isBelieved(4, 4), isBelieved(4, 4, 1)]).toEqual([true, false, false]);
  expect([isBelieved(100, 25), isBelieved(100, 26)]).toEqual([true, false]);
});

test('what a believed listing has lacked already is not held against the next', () => {
  const all = [1, 2, 3, 4, 5].map((id) => known(id, { missed: agoMs(1) }));
  const { expected, lacking, newlyLacking } = compare(new Map(), all, look());
  expect({ expected, lacking, newlyLacking }).toEqual({ expected: 5, lacking: 5, newlyLacking: 0 });
  expect(isBelievable({ expected, lacking, newlyLacking })).toBe(true);
  expect(compare(new Map(), [...all, known(6)], look()).newlyLacking).toBe(1);
});
