import type { Format } from '../../../src/api/reply.js';
import type { Answer } from '../../../src/client/api-client.js';
import { Browser } from '../browser.js';
import { hold, type Clock, type HeldJob } from '../clock.js';
import type { RawAnswer, RawRequest } from '../raw-request.js';
import { deploy, importPolicy, makeVolume, makeZone, takeBackup, volumesOf } from '../scene.js';
import type { Keys, TestServer, TestUser } from '../server.js';
import { adminKeys, ask } from '../signed-request.js';
import type { Recorded } from './record.js';

export type Parameters = Readonly<Record<string, string>>;

/** One golden pair: `command` or `command.variant`, and the request, which is made once for each format. */
export interface Row {
  readonly name: string;
  readonly send: (stage: Stage) => Promise<RawAnswer>;
}

type Wanted = (stage: Stage) => Parameters | Promise<Parameters>;

/** A row whose request is signed by the administrator, or with the keys. */
export const row = (name: string, wanted: Wanted = () => ({}), keys?: (stage: Stage) => Keys | Promise<Keys>): Row => ({
  name,
  send: async (stage) => stage.ask({ command: commandOf(name), ...(await wanted(stage)) }, await keys?.(stage)),
});

/** A row whose request is the reader's, a user that owns nothing. */
export const rowOfReader = (name: string, wanted?: Wanted): Row => row(name, wanted, ({ world }) => world.reader.keys);

export const commandOf = (name: string): string => name.split('.')[0] ?? '';

/** The job that the request became; the answers that show jobs are not acknowledgements. */
const jobOf = ({ text }: RawAnswer): string | undefined =>
  text.includes('jobstatus') ? undefined : /["<]jobid(?:>|":")([0-9a-f-]{36})/.exec(text)?.[1];

/** What all rows may look at and none changes. */
export interface World {
  readonly zoneId: string;
  readonly goldId: string;
  readonly slaId: string;
  readonly vmId: string;
  readonly volumeIds: readonly string[];
  readonly backupId: string;
  readonly reader: TestUser;
  readonly domainId: string;
}

/** Makes a machine with a root and a data disk in a policy, with one backup; a policy without backups on demand; and a user. */
export async function makeWorld(server: TestServer): Promise<World> {
  const zoneId = await makeZone(server, { name: 'golden' });
  const goldId = await importPolicy(server, zoneId, { name: 'gold', description: 'every night' });
  const slaId = await importPolicy(server, zoneId, { name: 'sla', externalid: 'silver-policy', allowuserdrivenbackups: 'false' });
  const vm = await deploy(server.admin, zoneId, { name: 'web', displayname: 'Web server', size: '2' });
  const vmId = String(vm.id);
  await server.admin.run('assignBackupPolicy', { virtualmachineid: vmId, backuppolicyid: goldId });
  const backup = await takeBackup(server.admin, vmId, { name: 'nightly', description: 'before the upgrade' });
  const reader = await server.createUser('reader');
  const volumeIds = (await volumesOf(server.admin, vmId)).map(({ id }) => String(id));
  return { zoneId, goldId, slaId, vmId, volumeIds, backupId: String(backup.id), reader, domainId: String(reader.account.domainid) };
}

/** Where one request of a row is prepared and sent. What is made here is in a zone of its own, so its names need not differ. */
export class Stage {
  private readonly afterwards: (() => Promise<unknown>)[] = [];
  private readonly names = new Map<string, number>();
  private ownZone: Promise<string> | undefined;

  constructor(
    readonly server: TestServer,
    readonly clock: Clock,
    readonly world: World,
    /** The row's name and the format: nothing else in the server has it. */
    readonly title: string,
    readonly format: Format,
  ) {}

  /** Sends the request and waits for its job, if it becomes one. */
  async record(send: Row['send']): Promise<Recorded> {
    try {
      const answer = await send(this);
      const jobid = jobOf(answer);
      if (jobid === undefined) return { answer };
      await this.server.admin.ended(jobid);
      return { answer, ended: await this.ask({ command: 'queryAsyncJobResult', jobid }) };
    } finally {
      for (const work of this.afterwards) await work();
    }
  }

  ask(parameters: Parameters, keys: Keys = adminKeys(this.server)): Promise<RawAnswer> {
    return ask(this.server, this.formatted(parameters), keys);
  }

  raw(request: RawRequest): Promise<RawAnswer> {
    return this.server.raw(request);
  }

  /** The parameters with `response=json` if that is the format. */
  formatted(parameters: Parameters): Parameters {
    return this.format === 'json' ? { ...parameters, response: 'json' } : parameters;
  }

  zone(): Promise<string> {
    this.ownZone ??= makeZone(this.server, { name: this.title });
    return this.ownZone;
  }

  otherZone(): Promise<string> {
    return makeZone(this.server, { name: `${this.title}, the other` });
  }

  async set(name: string, value: string): Promise<void> {
    await this.server.admin.call('updateConfiguration', { name, value, zoneid: await this.zone() });
  }

  /** A stopped machine with a root disk. */
  async machine(overrides: Parameters = {}): Promise<string> {
    return String((await deploy(this.server.admin, await this.zone(), { name: this.name('vm'), ...overrides })).id);
  }

  async policy(overrides: Parameters = {}): Promise<string> {
    return importPolicy(this.server, await this.zone(), { name: this.name('policy'), ...overrides });
  }

  async volume(): Promise<string> {
    return makeVolume(this.server.admin, await this.zone(), { name: this.name('volume') });
  }

  /** A machine in a policy of its own, `gold-policy` of the provider. */
  async inPolicy(overrides: Parameters = {}, policy: Parameters = {}): Promise<{ vmId: string; policyId: string }> {
    const vmId = await this.machine(overrides);
    const policyId = await this.policy(policy);
    await this.run('assignBackupPolicy', { virtualmachineid: vmId, backuppolicyid: policyId });
    return { vmId, policyId };
  }

  /** As `inPolicy`, with a backup. */
  async backedUp(overrides: Parameters = {}): Promise<{ vmId: string; policyId: string; backupId: string; volumeIds: string[] }> {
    const { vmId, policyId } = await this.inPolicy(overrides);
    const { id } = await takeBackup(this.server.admin, vmId, { name: this.name('backup') });
    const volumeIds = (await volumesOf(this.server.admin, vmId)).map((volume) => String(volume.id));
    return { vmId, policyId, backupId: String(id), volumeIds };
  }

  /** As `backedUp`, taken out of the policy again: volumes may come and go. */
  async released(overrides: Parameters = {}) {
    const all = await this.backedUp(overrides);
    await this.run('removeVirtualMachineFromBackupOffering', { virtualmachineid: all.vmId });
    return all;
  }

  run(command: string, parameters: Parameters): Promise<Answer> {
    return this.server.admin.run(command, parameters);
  }

  /** Submits a job of the provider that goes on until the answer has been recorded. */
  async hold(command: string, parameters: Parameters): Promise<HeldJob> {
    const held = await hold(this.server, this.clock, await this.zone(), command, parameters);
    this.later(() => held.letGo());
    return held;
  }

  /** Does this when the answer has been recorded. */
  later(work: () => Promise<unknown>): void {
    this.afterwards.push(work);
  }

  /** A browser in which the reader has logged in. */
  async browser(): Promise<Browser> {
    const browser = new Browser(this.server);
    await browser.login({ username: 'reader', password: this.world.reader.password });
    return browser;
  }

  private name(what: string): string {
    const number = (this.names.get(what) ?? 0) + 1;
    this.names.set(what, number);
    return number === 1 ? what : `${what}-${number}`;
  }
}
