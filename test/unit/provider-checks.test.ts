import { randomUUID } from 'node:crypto';
import dummy from '../../plugins/backup/dummy/index.js';
import { all, defaultsOf, hostOn, MemoryStore, never, operation, providerChecks, runChecks } from '../../src/provider-test/index.js';
import type { ProviderHarness } from '../../src/provider-test/index.js';
import { ProviderError, type BackupProvider, type ProviderBackup, type RestoredVolume } from '../../src/provider/index.js';

/** What a provider does otherwise than the contract wants; `memory` is the same for all instances of it, `isFirst` for the first alone. */
type Breakage = (real: BackupProvider, given: { readonly memory: Set<string>; readonly isFirst: boolean }) => Partial<BackupProvider>;

const anew = <T extends RestoredVolume>(volume: T): T => ({ ...volume, path: randomUUID() });
const madeUp = (uuid: string): RestoredVolume => ({ uuid, sizeBytes: 1, path: 'nowhere' });
const withoutLast = <T>(items: readonly T[]): readonly T[] => items.slice(0, -1);
const removeAll = async (provider: BackupProvider) => {
  for (const { externalId } of await all(provider.listBackups(never))) {
    await provider.deleteBackup({ ...operation(), externalId, forced: true }, never);
  }
};
async function* nothing(): AsyncGenerator<never> {}
async function* firstPage(provider: BackupProvider): AsyncGenerator<readonly ProviderBackup[]> {
  for await (const page of provider.listBackups(never)) return yield page;
}

/** Each check with a provider that it must not let pass, and a part of what it says then. */
const BROKEN: Readonly<Record<string, readonly [Breakage, string]>> = {
  'says of each capability whether it has it': [
    (real) => ({ capabilities: async (signal) => ({ ...(await real.capabilities(signal)), quiesce: undefined as never }) }),
    'capabilities.quiesce is undefined',
  ],
  'tells each step on the way to its backup system, if it can try them': [
    () => ({ checkConnection: async () => [{ name: 'login', isPassed: false, detail: 'refused' }] }),
    'the step login (refused).isPassed is false instead of true',
  ],

  'names its offerings, each once and in at most 255 characters': [
    (real) => ({ listOfferings: async (signal) => [...(await real.listOfferings(signal)), ...(await real.listOfferings(signal))] }),
    'two offerings have the same externalId',
  ],
  'refuses to put a machine under an offering that it does not have': [() => ({ assign: async () => ({}) }), 'was not refused'],
  'answers the same when a machine is put under its offering again': [
    () => ({ assign: async () => ({ reference: randomUUID() }) }),
    'the answer to the same operation.reference is',
  ],
  'takes a machine out of its offering, and accepts that it is asked again': [
    () => ({ unassign: async () => undefined }),
    'was not refused',
  ],
  'accepts to take a machine out of an offering that it was never in': [
    () => ({ unassign: () => Promise.reject(new ProviderError('not_found', 'no such machine')) }),
    'no such machine',
  ],
  'takes backups again of a machine that was taken out and put back': [
    (real, { memory }) => ({
      unassign: async ({ machine }) => void memory.add(machine.uuid),
      takeBackup: (request, signal) =>
        memory.has(request.machine.uuid) ? Promise.reject(new ProviderError('rejected', 'out for good')) : real.takeBackup(request, signal),
    }),
    'out for good',
  ],
  'does not put a machine back when an assignment that was undone is repeated': [
    (real) => ({ assign: (request, signal) => real.assign({ ...request, ...operation() }, signal) }),
    'was not refused',
  ],
  'keeps the backups of a machine that leaves its offering': [
    (real) => ({ unassign: () => removeAll(real) }),
    'the list[0] is undefined instead of',
  ],

  'lists a backup it has taken, with the operation that took it': [
    (real) => ({ takeBackup: async (request, signal) => ({ ...(await real.takeBackup(request, signal)), operationId: randomUUID() }) }),
    'the list[0].operationId is',
  ],
  'names its backups in at most 255 characters, and gives their time and sizes': [
    (real) => ({ takeBackup: async (request, signal) => ({ ...(await real.takeBackup(request, signal)), takenAt: 'now' as never }) }),
    'takenAt is now, not a Date',
  ],
  'takes one backup for one operation, however often and concurrently it is asked': [
    (real) => ({ takeBackup: (request, signal) => real.takeBackup({ ...request, ...operation() }, signal) }),
    'answer to the same operation.externalId is',
  ],
  'answers a repeated operation with the volumes of the first call': [
    (real) => ({ takeBackup: async (request, signal) => ({ ...(await real.takeBackup(request, signal)), volumes: request.volumes }) }),
    'the answer to the same operation.volumes[1] is undefined',
  ],
  'takes one backup for each operation': [
    (real) => ({
      takeBackup: (request, signal) => real.takeBackup({ ...request, operationId: request.machine.uuid }, signal),
    }),
    'the list[1] is undefined',
  ],
  'lists all of many backups, each once': [(real) => ({ listBackups: () => firstPage(real) }), 'the list['],
  'freezes the guest when asked to, or says that it cannot, as declared': [
    (real) => ({ takeBackup: (request, signal) => real.takeBackup({ ...request, quiesce: false }, signal) }),
    'was not refused',
  ],
  'refuses to back up a machine that is under no offering': [
    (real) => ({ takeBackup: async (request, signal) => (await real.assign(request, signal), real.takeBackup(request, signal)) }),
    'was not refused',
  ],
  'refuses to back up a machine under an offering that it is not in': [
    (real) => ({ takeBackup: (request, signal) => real.takeBackup({ ...request, offeringExternalId: 'gold-policy' }, signal) }),
    'was not refused',
  ],

  'deletes a backup, and accepts that it is asked again': [() => ({ deleteBackup: async () => undefined }), 'the list['],
  'accepts to delete a backup that never was': [
    (real) => ({
      deleteBackup: async (request, signal) => {
        if (await real.findBackup?.(request.externalId ?? '', signal)) return real.deleteBackup(request, signal);
        throw new ProviderError('not_found', 'there is none');
      },
    }),
    'there is none',
  ],
  'keeps a backup that another one depends on, unless its deletion is forced': [
    (real) => ({
      listBackups: async function* (signal) {
        const backups = await all(real.listBackups(signal));
        const before = (backup: ProviderBackup) => backups.filter(({ machineUuid }) => machineUuid === backup.machineUuid)[0]?.externalId;
        yield backups.map((backup) => (before(backup) === backup.externalId ? backup : { ...backup, dependsOn: String(before(backup)) }));
      },
    }),
    'was not refused',
  ],
  'deletes a backup that is named by the operation that took it': [
    (real) => ({ deleteBackup: async (request, signal) => (request.externalId ? real.deleteBackup(request, signal) : undefined) }),
    'the list[',
  ],
  'does not bring a deleted backup back when the operation that took it is repeated': [
    (real, { memory }) => ({
      takeBackup: (request, signal) => {
        const isRepeated = memory.has(request.operationId);
        memory.add(request.operationId);
        return real.takeBackup({ ...request, ...(isRepeated ? operation() : {}) }, signal);
      },
    }),
    'the list[0] is {',
  ],
  'refuses to restore a backup that was deleted': [() => ({ restoreMachine: async ({ volumes }) => volumes }), 'was not refused'],

  'answers the backup that is named as its list shows it, if it can look one up': [
    (real) => ({
      findBackup: async (externalId, signal) => {
        const found = await real.findBackup?.(externalId, signal);
        return found && { ...found, sizeBytes: 1 };
      },
    }),
    'the backup that it found.sizeBytes is 1',
  ],
  'answers nothing for a backup that was deleted or never taken': [
    (real) => ({ findBackup: async (externalId, signal) => (await real.findBackup?.(externalId, signal)) ?? (null as never) }),
    'what it found of a deleted backup is null',
  ],

  'restores exactly the volumes that the backup holds': [
    (real) => ({ restoreMachine: async (request, signal) => withoutLast(await real.restoreMachine(request, signal)) }),
    'the restored volumes[',
  ],
  'restores the backup that is named and not a later one': [
    (real) => ({
      restoreMachine: async (request, signal) => {
        const held = (await all(real.listBackups(signal))).filter(({ machineUuid }) => machineUuid === request.machine.uuid);
        const [other] = held.filter(({ externalId }) => externalId !== request.externalId);
        return real.restoreMachine({ ...request, externalId: other?.externalId ?? request.externalId }, signal);
      },
    }),
    'the restored volumes[',
  ],
  'answers the same to one restore operation, however often and concurrently it is asked': [
    (real) => ({ restoreMachine: async (request, signal) => (await real.restoreMachine(request, signal)).map(anew) }),
    'answer to the same operation[0].path is',
  ],
  'restores a backup more than once': [
    (real) => ({
      restoreMachine: async (request, signal) => {
        const restored = await real.restoreMachine(request, signal);
        await removeAll(real);
        return restored;
      },
    }),
    'there is no backup',
  ],
  'says not_found of a backup that it does not have': [
    () => ({ restoreMachine: () => Promise.reject(new ProviderError('unknown', 'who knows')) }),
    'its fault is unknown: who knows',
  ],

  'restores one volume as a new one, or says that it cannot, as declared': [
    (real) => ({
      restoreVolume: async (request, signal) => ({ ...(await real.restoreVolume(request, signal)), uuid: request.volume.uuid }),
    }),
    'the restored volume.uuid is',
  ],
  'answers the same to one restore of a volume, however often and concurrently it is asked': [
    (real) => ({ restoreVolume: async (request, signal) => anew(await real.restoreVolume(request, signal)) }),
    'answer to the same operation.path is',
  ],
  'refuses to restore a volume that the backup does not hold, or out of a backup that it does not have': [
    () => ({ restoreVolume: async ({ newVolumeUuid }) => madeUp(newVolumeUuid) }),
    'was not refused',
  ],

  'writes every volume of the backup to the one that is meant for it, or says that it cannot, as declared': [
    (real) => ({ fillMachine: async (request, signal) => withoutLast(await real.fillMachine(request, signal)) }),
    'the filled volumes[',
  ],
  'writes to a volume that is larger than the one in the backup, or refuses to': [
    (real) => ({
      fillMachine: async (request, signal) =>
        (await real.fillMachine(request, signal)).map((volume) => ({
          ...volume,
          sizeBytes: request.volumes.find(({ target }) => target.uuid === volume.uuid)?.recorded.sizeBytes ?? 0,
        })),
    }),
    'the filled volumes[',
  ],
  'fills a machine of another zone, or says that it cannot, as declared': [
    (real) => ({
      fillMachine: async (request, signal) => (request.targetZone.uuid === request.zone.uuid ? real.fillMachine(request, signal) : []),
    }),
    'the filled volumes[0] is undefined',
  ],
  'answers the same to one filling, however often and concurrently it is asked': [
    (real) => ({ fillMachine: async (request, signal) => (await real.fillMachine(request, signal)).map(anew) }),
    'answer to the same operation[0].path is',
  ],
  'leaves the backup as it is, to be used again and for its own machine': [
    (real, { memory }) => ({
      // The second of two.
      fillMachine: async (request, signal) => {
        const filled = await real.fillMachine(request, signal);
        if (memory.has(request.externalId)) await removeAll(real);
        memory.add(request.externalId);
        return filled;
      },
    }),
    'the list[0] is undefined',
  ],
  'says not_found of a backup to fill a machine from that it does not have, and of a volume that the backup does not hold': [
    () => ({ fillMachine: async ({ volumes }) => volumes.map(({ target }) => madeUp(target.uuid)) }),
    'was not refused',
  ],

  'tells in bytes how full its storage is, or that it cannot': [
    () => ({ capacity: async () => ({ usedBytes: 2, totalBytes: 1 }) }),
    'usedBytes is 2, more than totalBytes',
  ],

  'sees after a restart all that it did before': [
    (_, { isFirst }) => (isFirst ? {} : { listBackups: nothing }),
    'the list[0] is undefined',
  ],
  'begins nothing under a signal that has aborted, and can still be asked again': [
    (real) => ({ takeBackup: (request) => real.takeBackup(request, never) }),
    'was not refused',
  ],

  'gives up soon when a backup is aborted, and joins it when asked again': [
    (real) => ({ takeBackup: (request) => real.takeBackup(request, never) }),
    'was not refused',
  ],
  'gives up soon when a restore is aborted, and joins it when asked again': [
    (real) => ({ restoreMachine: (request) => real.restoreMachine(request, never) }),
    'was not refused',
  ],
  'reports a reference and how far it has come, never backwards': [
    (real) => ({ takeBackup: (request, signal) => real.takeBackup({ ...request, report: async () => undefined }, signal) }),
    'it reported nothing',
  ],
  'removes a backup that was cut off, known only by the operation that took it': [
    (real) => ({ deleteBackup: async (request, signal) => (request.externalId ? real.deleteBackup(request, signal) : undefined) }),
    'the number of backups in the list is 1 instead of 0',
  ],
};

/** The dummy provider, but for what is broken. */
function harness(breakage: Breakage): ProviderHarness {
  const host = hostOn(new MemoryStore(10));
  const memory = new Set<string>();
  let opened = 0;
  const open = async (delayMs = 0) => {
    const real = dummy.create(defaultsOf(dummy.settings, { 'delay.ms': delayMs }), host);
    const others = breakage(real, { memory, isFirst: opened++ === 0 });
    return new Proxy(real, { get: (object, key) => Reflect.get(key in others ? others : object, key) as unknown });
  };
  return { open: () => open(), openSlow: () => open(200) };
}

const sound = harness(() => ({}));

test('every check has a provider here that it must not let pass', () => {
  const names = providerChecks(sound).map(({ name }) => name);
  expect(Object.keys(BROKEN).sort()).toEqual(names.sort());
});

test.each(Object.entries(BROKEN))('%s: does not let a provider pass that does not', async (name, [breakage, words]) => {
  const checks = providerChecks(harness(breakage)).filter((check) => check.name === name);
  const results = [];
  for await (const { failure } of runChecks(checks, 10_000)) results.push(failure?.message);
  expect(results).toEqual([expect.stringContaining(words)]);
});

test('a secret in a refusal is no way to refuse', async () => {
  const { open } = harness(() => ({ assign: () => Promise.reject(new ProviderError('rejected', 'hunter2 is not known')) }));
  const checks = providerChecks({ open, secrets: ['hunter2'] }).filter(({ name }) => name.startsWith('refuses to put a machine'));
  for await (const { failure } of runChecks(checks, 10_000))
    expect(failure?.message).toBe('the message of the ProviderError shows a secret');
  expect.assertions(1);
});

test('a check that never ends is given up, and the next one is run', async () => {
  const never = { group: 'g', name: 'never ends', run: () => new Promise<void>(() => undefined) };
  const passes = { group: 'g', name: 'passes', run: async () => undefined };
  const throws = { group: 'g', name: 'throws', run: () => Promise.reject('no error') }; // eslint-disable-line @typescript-eslint/prefer-promise-reject-errors
  const results = [];
  for await (const { check, failure } of runChecks([never, passes, throws], 20)) results.push([check.name, failure?.message]);
  expect(results).toEqual([
    ['never ends', 'it has not ended within 0.02 s and was given up'],
    ['passes', undefined],
    ['throws', 'no error'],
  ]);
});
