import type { PluginHost, PluginStore } from '../../../../src/provider/index.js';
import { defaultsOf, never, operation, sampleMachine, sampleVolume } from '../../../../test/kit/contract/samples.js';
import { hostOn, MemoryStore } from '../../../../test/kit/memory-store.js';
import veeam from '../index.js';
import type { VeeamSettings } from '../settings.js';
import { USER } from './bench.js';
import { EmApi } from './fake/em-api.js';
import { Estate, type FakeJob } from './fake/estate.js';
import { FakeServer } from './fake/server.js';
import { FakeVbr } from './fake/vbr-api.js';

export const ZONE = { uuid: '11111111-2222-4333-8444-555555555555', name: 'zone-1' };

/** A fake Enterprise Manager with a template, the Backup & Replication server behind it, and providers that speak to them. */
export async function emBench() {
  const estate = new Estate();
  const vbr = new FakeVbr(estate, USER, '1.3-rev2');
  const server: FakeServer = await FakeServer.start([vbr.api, (request) => em.handle(request)]);
  const em: EmApi = new EmApi(estate, USER, () => server.origin);
  const store = new MemoryStore();
  const logged: { readonly message: string; readonly fields: unknown }[] = [];
  const host = (seen: PluginStore): PluginHost => ({
    ...hostOn(seen),
    now: () => estate.now(),
    log: (_level, message, fields) => void logged.push({ message, fields }),
  });
  const addTemplate = (name: string, runAutomatically: boolean, description = ''): FakeJob =>
    estate.addJob({ name, description, settings: { schedule: { runAutomatically } } });
  const template = addTemplate('Daily', true);

  const open = (overrides: Partial<VeeamSettings> = {}, seen: PluginStore = store) =>
    veeam.create(
      defaultsOf(veeam.settings, {
        ...{ api: 'em', url: `${server.origin}/api/`, 'ca.file': server.caFile, ...USER },
        ...{ 'request.timeout': 5, 'task.poll.interval': 1 },
        ...overrides,
      }),
      host(seen),
    );
  /** The settings by which the Backup & Replication server does what Enterprise Manager cannot do. */
  const companion = { 'vbr.url': server.origin, 'restore.cluster': 'cluster-1', 'restore.datastore': 'datastore-1' };

  /** A machine in vCenter, and what the server knows of it. */
  const machine = () => {
    const made = { machine: sampleMachine(), volumes: [0, 1, 2].map((slot) => sampleVolume(slot)) };
    estate.addMachine(
      made.machine.name,
      made.volumes.map(({ sizeBytes, deviceNumber: slot }) => ({ sizeBytes, slot })),
    );
    return made;
  };

  /** A machine under the template, and requests to take backups of it and to restore them. */
  const assigned = async (provider = open(), under = template) => {
    const { machine: about, volumes } = machine();
    const assign = { ...operation(), zone: ZONE, machine: about, offeringExternalId: `urn:veeam:Job:${under.id}` };
    const { reference = '' } = await provider.assign(assign, never);
    const job = estate.jobs.find(({ id }) => id === reference);
    if (!job) throw new Error('the assignment names no job');
    const take = (operationId?: string) => ({ ...assign, ...operation(operationId), reference, volumes, quiesce: false });
    const restore = (externalId: string) => ({ ...operation(), zone: ZONE, machine: about, externalId, volumes });
    return { provider, machine: about, volumes, assign, job, take, restore };
  };

  /** Everything as it was at first, but for what the estate holds. */
  const reset = () => {
    server.reset();
    logged.length = 0;
    em.reset();
    Object.assign(estate.sessions.script, { lastsMs: 0, neverStarts: false, result: 'Success', message: '', errors: [] });
  };
  return {
    estate,
    template,
    addTemplate,
    server,
    em,
    vbr,
    store,
    logged,
    open,
    companion,
    machine,
    assigned,
    reset,
    close: () => server.close(),
  };
}
export type EmBench = Awaited<ReturnType<typeof emBench>>;
