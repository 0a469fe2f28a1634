import { defaultsOf, sampleMachine, sampleVolume } from '../../../../test/kit/contract/samples.js';
import { hostOn, MemoryStore } from '../../../../test/kit/memory-store.js';
import type { PluginHost, PluginStore } from '../../../../src/provider/index.js';
import veeam from '../index.js';
import type { VeeamSettings } from '../settings.js';
import { Estate } from './fake/estate.js';
import { FakeServer } from './fake/server.js';
import { FakeVbr } from './fake/vbr-api.js';

export const USER = { username: 'stackvault', password: 'Pa55-w0rd-of-Veeam' };

/** A fake Backup & Replication server, and providers that speak to it. */
export async function vbrBench(newest: string) {
  const estate = new Estate();
  const vbr = new FakeVbr(estate, USER, newest);
  const server = await FakeServer.start([vbr.api]);
  const store = new MemoryStore();
  const settings = (overrides: Partial<VeeamSettings> = {}) =>
    defaultsOf(veeam.settings, {
      ...{ api: 'vbr', 'vbr.url': server.origin, 'ca.file': server.caFile, ...USER },
      ...{ 'request.timeout': 5, 'task.poll.interval': 1, 'restore.cluster': 'cluster-1', 'restore.datastore': 'datastore-1' },
      ...overrides,
    });
  const logged: { readonly message: string; readonly fields: unknown }[] = [];
  const host = (seen: PluginStore = store): PluginHost => ({
    ...hostOn(seen),
    now: () => estate.now(),
    log: (_level, message, fields) => void logged.push({ message, fields }),
  });
  const open = (overrides: Partial<VeeamSettings> = {}, seen?: PluginStore) => veeam.create(settings(overrides), host(seen));
  /** A machine in vCenter, and what the server knows of it. */
  const machine = () => {
    const made = { machine: sampleMachine(), volumes: [0, 1, 2].map((slot) => sampleVolume(slot)) };
    estate.addMachine(
      made.machine.name,
      made.volumes.map(({ sizeBytes, deviceNumber: slot }) => ({ sizeBytes, slot })),
    );
    return made;
  };
  return { estate, vbr, server, store, settings, open, machine, logged, close: () => server.close() };
}
