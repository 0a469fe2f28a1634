import { randomUUID } from 'node:crypto';
import { defaultsOf, never, operation, sampleMachine, sampleVolume } from '../../../../test/kit/contract/samples.js';
import { hostOn, MemoryStore } from '../../../../test/kit/memory-store.js';
import type { Machine, PluginHost, PluginStore, Volume } from '../../../../src/provider/index.js';
import veeam from '../index.js';
import type { VeeamSettings } from '../settings.js';
import { Estate } from './fake/estate.js';
import { FakeServer, type FakeApi } from './fake/server.js';
import { FakeVbr } from './fake/vbr-api.js';

export const USER = { username: 'stackvault', password: 'Pa55-w0rd-of-Veeam' };

const ZONE = randomUUID();

/** Where single volumes are restored to. */
export const TARGET = { 'restore.cluster': 'cluster-1', 'restore.datastore': 'datastore-1' };

/** Volumes that are told apart by their sizes, where nothing else tells which disks they are. */
export const unlikeVolumes = (): readonly Volume[] => [0, 1, 2].map((slot) => sampleVolume(slot, { sizeBytes: 4096 * (slot + 1) }));

/** A fake Backup & Replication server, and providers that speak to it. */
export async function vbrBench(newest: string) {
  const estate = new Estate();
  const vbr = new FakeVbr(estate, USER, newest);
  return { vbr, ...(await benchOf(estate, [vbr.api], (origin) => ({ api: 'vbr', 'vbr.url': origin, ...TARGET }))) };
}

/** A fake server with these APIs to the estate, and providers that speak to it as they are set. */
export async function benchOf(estate: Estate, apis: readonly FakeApi[], set: (origin: string) => Partial<VeeamSettings>) {
  const server = await FakeServer.start(apis);
  const store = new MemoryStore();
  const settings = (overrides: Partial<VeeamSettings> = {}) =>
    defaultsOf(veeam.settings, {
      ...{ 'ca.file': server.caFile, ...USER, 'request.timeout': 5, 'task.poll.interval': 1 },
      ...set(server.origin),
      ...overrides,
    });
  const logged: { readonly message: string; readonly fields: unknown }[] = [];
  const host = (seen: PluginStore = store): PluginHost => ({
    ...hostOn(seen),
    now: () => estate.now(),
    log: (_level, message, fields) => void logged.push({ message, fields }),
  });
  const open = (overrides: Partial<VeeamSettings> = {}, seen?: PluginStore) => veeam.create(settings(overrides), host(seen));
  /** Makes the machine in vCenter, as its source would. */
  const addMachine = ({ machine: { name }, volumes }: { machine: Machine; volumes: readonly Volume[] }) =>
    estate.addMachine(
      name,
      volumes.map(({ sizeBytes, deviceNumber: slot }) => ({ sizeBytes, slot })),
    );
  /** A machine in vCenter, and what the server knows of it. */
  const machine = (volumes: readonly Volume[] = [0, 1, 2].map((slot) => sampleVolume(slot))) => {
    const made = { machine: sampleMachine(), volumes };
    addMachine(made);
    return made;
  };
  /** Requests for a machine, under the first offering unless another one is named. */
  const requests = ({ machine: about, volumes }: { machine: Machine; volumes: readonly Volume[] }, offering?: string) => {
    const offeringExternalId = offering ?? `urn:veeam:Repository:${estate.repositories[0]?.id ?? ''}`;
    const zone = { uuid: ZONE, name: 'zone-1' };
    const assign = (operationId?: string) => ({ ...operation(operationId), zone, machine: about, offeringExternalId, volumes });
    return {
      assign,
      take: (operationId?: string) => ({ ...assign(operationId), volumes, quiesce: false }),
      restore: (externalId: string, operationId?: string) => ({ ...operation(operationId), zone, machine: about, volumes, externalId }),
      restoreOne: (externalId: string, volume: Volume, operationId?: string) => ({
        ...{ ...operation(operationId), zone, externalId, volume, target: about, newVolumeUuid: randomUUID() },
      }),
      delete: (externalId: string) => ({ ...operation(), externalId, forced: false }),
    };
  };
  /** A machine that is assigned, with what asks for its backups. */
  const guarded = async (offering?: string) => {
    const made = machine();
    const asking = requests(made, offering);
    await open().assign(asking.assign(), never);
    return { ...made, ...asking };
  };
  return { estate, server, store, settings, open, machine, addMachine, requests, guarded, logged, close: () => server.close() };
}
