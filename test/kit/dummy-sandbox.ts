import { randomUUID } from 'node:crypto';
import dummy from '../../plugins/backup/dummy/index.js';
import type { DummySettings } from '../../plugins/backup/dummy/settings.js';
import type { BackupProvider, PluginStore } from '../../src/provider/index.js';
import { all, defaultsOf, never, operation, sampleMachine, sampleVolume } from './contract/samples.js';
import { hostOn, MemoryStore } from './memory-store.js';

const zone = { uuid: randomUUID(), name: 'zone-1' };

/** One store with a machine under the gold offering, and providers on it that behave as they are told. */
export async function sandbox(store: PluginStore = new MemoryStore(2)) {
  const clock = { now: new Date() };
  const open = (overrides: Partial<DummySettings> = {}, seen = store) =>
    dummy.create(defaultsOf(dummy.settings, overrides), { ...hostOn(seen), now: () => clock.now });
  const [machine, volumes] = [sampleMachine(), [0, 1, 2].map((slot) => sampleVolume(slot))];
  const assign = { ...operation(), zone, machine, offeringExternalId: 'gold-policy' };
  await open().assign(assign, never);

  const take = (operationId?: string) => ({ ...assign, ...operation(operationId), volumes, quiesce: false });
  const restore = (externalId: string) => ({ ...operation(), zone, machine, volumes, externalId });
  const restoreOne = (externalId: string) => ({
    ...{ ...operation(), zone, externalId, target: machine, newVolumeUuid: randomUUID() },
    volume: volumes[1] ?? sampleVolume(1),
  });
  const fill = (externalId: string) => ({
    ...{ ...operation(), zone, externalId, target: sampleMachine(), targetZone: zone },
    volumes: volumes.map((held) => ({ recorded: held, target: sampleVolume(held.deviceNumber) })),
  });
  const recorded = async (prefix: string) => (await all(store.list(prefix))).map(({ value }) => value);
  return { store, clock, open, machine, volumes, assign, take, restore, restoreOne, fill, recorded };
}

type Sandbox = Awaited<ReturnType<typeof sandbox>>;

/** A call of each method that succeeds, if nothing is scripted. */
export const callsOf = (provider: BackupProvider, { assign, take, restore, restoreOne, fill }: Sandbox, externalId: string) => ({
  listOfferings: () => provider.listOfferings(never),
  assign: () => provider.assign({ ...assign, ...operation() }, never),
  unassign: () => provider.unassign({ ...assign, ...operation(), offeringExternalId: 'silver-policy' }, never),
  takeBackup: () => provider.takeBackup(take(), never),
  deleteBackup: () => provider.deleteBackup({ ...operation(), externalId: 'dummy-none', forced: false }, never),
  listBackups: () => all(provider.listBackups(never)),
  findBackup: async () => provider.findBackup?.(externalId, never),
  restoreMachine: () => provider.restoreMachine(restore(externalId), never),
  restoreVolume: () => provider.restoreVolume(restoreOne(externalId), never),
  fillMachine: () => provider.fillMachine(fill(externalId), never),
  capacity: () => provider.capacity(never),
});

/** Every method of a provider. */
export const METHODS = [
  ...(['listOfferings', 'assign', 'unassign', 'takeBackup'] as const),
  ...(['deleteBackup', 'listBackups', 'findBackup', 'restoreMachine', 'restoreVolume', 'fillMachine', 'capacity'] as const),
];
