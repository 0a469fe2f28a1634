import type { PluginHost } from '../../../../src/provider/index.js';
import { defaultsOf, sampleMachine, sampleVolume } from '../../../../test/kit/contract/samples.js';
import { hostOn, MemoryStore } from '../../../../test/kit/memory-store.js';
import veeam from '../index.js';
import type { VeeamSettings } from '../settings.js';
import { EmApi } from './fake/em-api.js';
import { Estate } from './fake/estate.js';
import { FakeServer } from './fake/server.js';

const USER = { username: 'stackvault', password: 'Pa55-w0rd-of-Veeam' };

/** A fake Enterprise Manager with a template, and providers that speak to it. */
export async function emBench() {
  const estate = new Estate();
  const template = estate.addJob({ name: 'Daily', description: 'every night', settings: { schedule: { runAutomatically: true } } });
  const server: FakeServer = await FakeServer.start([(request) => em.handle(request)]);
  const em: EmApi = new EmApi(estate, USER, () => server.origin);
  const store = new MemoryStore();
  const logged: { readonly message: string; readonly fields: unknown }[] = [];
  const host: PluginHost = {
    ...hostOn(store),
    now: () => estate.now(),
    log: (_level, message, fields) => void logged.push({ message, fields }),
  };
  const open = (overrides: Partial<VeeamSettings> = {}) =>
    veeam.create(
      defaultsOf(veeam.settings, {
        ...{ api: 'em', url: `${server.origin}/api/`, 'ca.file': server.caFile, ...USER },
        ...{ 'request.timeout': 5, 'task.poll.interval': 1 },
        ...overrides,
      }),
      host,
    );
  /** A machine in vCenter, and what the server knows of it. */
  const machine = () => {
    const made = { machine: sampleMachine(), volumes: [0, 1, 2].map((slot) => sampleVolume(slot)) };
    estate.addMachine(
      made.machine.name,
      made.volumes.map(({ sizeBytes, deviceNumber: slot }) => ({ sizeBytes, slot })),
    );
    return made;
  };
  return { estate, template, server, em, store, logged, open, machine, secret: USER.password, close: () => server.close() };
}
export type EmBench = Awaited<ReturnType<typeof emBench>>;
