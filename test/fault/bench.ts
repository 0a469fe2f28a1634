import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { RoleDirectory } from '../../src/account/role-directory.js';
import { CacheInvalidation } from '../../src/cache-invalidation.js';
import type { Command } from '../../src/api/command.js';
import { runBound } from '../../src/api/dispatcher.js';
import { commands } from '../../src/commands/index.js';
import type { Backup } from '../../src/dao/backup-dao.js';
import type { BackupOffering } from '../../src/dao/backup-offering-dao.js';
import { type Database } from '../../src/dao/database.js';
import type { JobView, NewJob } from '../../src/dao/job-dao.js';
import type { User } from '../../src/dao/user-dao.js';
import type { Vm } from '../../src/dao/vm-dao.js';
import type { Zone } from '../../src/dao/zone-dao.js';
import { machineOf } from '../../src/inventory/facts.js';
import { burdenOf } from '../../src/jobs/burden.js';
import { IdempotentCommands } from '../../src/jobs/idempotent-commands.js';
import { JobLine } from '../../src/jobs/job-line.js';
import { JobManager } from '../../src/jobs/job-manager.js';
import { JobQueue } from '../../src/jobs/job-queue.js';
import { JobRunner } from '../../src/jobs/job-runner.js';
import type { Log } from '../../src/log.js';
import type { BackupProvider, ProviderBackup } from '../../src/provider/index.js';
import { loadPlugins } from '../../src/provider/load-plugins.js';
import { askedBy, insertAccount, insertAssignment, insertJob, insertOffering, insertUser, insertZone, ownerOf } from '../kit/builders.js';
import { Clock } from '../kit/clock.js';
import type { CallContext, RunningJob } from '../../src/call-context.js';
import { Secrets } from '../../src/secrets.js';
import type { Services } from '../../src/services.js';
import { MachineMould } from './machine-mould.js';
import { contradictionsIn } from '../kit/contradictions.js';
import { present } from '../kit/engines.js';
import { assemble, noFault, type Parts, type Server } from './assemble.js';
import type { FaultPlan } from '../kit/faulty.js';

const PLUGINS = fileURLToPath(new URL('../../plugins', import.meta.url));
const HOUR_MS = 3_600_000;
/** What the owner of all machines may have: more than there is, but not without limit, so that all of it is watched. */
const QUOTAS = ['max.account.backups', 'max.domain.backups', 'max.account.backup.storage', 'max.domain.backup.storage'];
const LONGEST_STOP_MS = 20_000;
/** Servers that may take part in one job. */
const MOST_LIVES = 5;
/** So often the provider is looked at until what is missed once is missing, and what is left of it is gone. */
const LOOKS = 3;

/** What a server says when it is done with a job, however that came about. */
const GIVEN_UP = new Set(['job finished', 'job lease lost', 'job finished after its lease was lost']);
const noLog = () => undefined;
const operation = () => ({ operationId: randomUUID(), report: async () => undefined });
const signal = new AbortController().signal;

/** A zone with one machine after the other, and servers that come and go. */
export class Bench {
  /** Which call failed of the operations, by their ids. */
  private readonly faults = new Map<string, number>();
  /** What happens between a server that dies over a job and the next one. */
  meanwhile: () => Promise<void> = async () => undefined;

  private readonly moulds = new Map<string, MachineMould>();

  private constructor(
    private readonly parts: Parts,
    private readonly clock: Clock,
    /** A server that nothing happens to. */
    readonly server: Server,
    readonly zone: Zone,
    readonly offering: BackupOffering,
    private readonly user: User,
    private readonly administrator: User,
  ) {}

  static async open(db: Database): Promise<Bench> {
    const { daos, knex } = db;
    const zone = await insertZone(daos);
    await daos.configuration.save({ name: 'backup.framework.enabled', scope: 'Zone', scopeId: zone.id, value: 'true' });
    for (const name of QUOTAS) await daos.configuration.save({ name, scope: 'Global', scopeId: 0, value: '100000' });
    // Another try is as another life, which is what a dead server's job gets.
    await daos.configuration.save({ name: 'jobs.retries', scope: 'Global', scopeId: 0, value: '0' });
    const offering = await insertOffering(daos, { zoneId: zone.id, externalId: 'gold-policy' });
    const user = await insertUser(daos);
    const administrator = await insertUser(daos, { ...ownerOf(await insertAccount(daos, { role: 'Admin' })), isDefault: true });
    const plugins = await loadPlugins(PLUGINS);
    const clock = new Clock();
    const caches = new CacheInvalidation(db, clock.now, noLog);
    const roles = new RoleDirectory(db, commands, caches);
    await roles.load();
    const parts = { knex, plugins, roles, now: clock.now };
    return new Bench(parts, clock, await assemble(parts, noFault()), zone, offering, user, administrator);
  }

  /** Makes a stopped machine with two volumes. */
  async deploy(): Promise<Vm> {
    return (await this.cast('deployed', () => this.deployFirst())).vm;
  }

  /** Makes a machine that is assigned to the offering. */
  async protect(): Promise<Vm> {
    return (await this.cast('protected', () => this.protectFirst())).vm;
  }

  /** Makes a machine that is assigned to the offering, and of which there is a backup. */
  async backedUp(): Promise<{ vm: Vm; backup: Backup }> {
    const { vm, backups } = await this.cast('backed up', async () => {
      const first = await this.protectFirst();
      await this.backUp(first);
      return first;
    });
    return { vm, backup: present(backups[0]) };
  }

  /** Makes a machine as the first one of its kind was made. */
  private async cast(kind: string, make: () => Promise<Vm>) {
    const mould = this.moulds.get(kind) ?? (await MachineMould.of(this.parts.knex, await make()));
    this.moulds.set(kind, mould);
    return mould.cast();
  }

  private async deployFirst(): Promise<Vm> {
    const machineUuid = randomUUID();
    const hardware = { cpuNumber: 1, cpuSpeedMhz: 1000, memoryMb: 512, rootSizeBytes: 2 ** 30, dataSizesBytes: [2 ** 30] };
    const wish = { ...operation(), ...hardware, machineUuid, name: `vm-${machineUuid}`, displayName: 'vm', start: false };
    const facts = await this.server.instances.inventory(this.zone).deployMachine(wish, signal);
    return this.server.copy.record(this.zone, facts, this.user, signal);
  }

  private async protectFirst(): Promise<Vm> {
    const vm = await this.deployFirst();
    await this.assign(vm);
    return vm;
  }

  /** Assigns the machine to the offering, at the provider and in the record. */
  private async assign(vm: Vm): Promise<void> {
    const request = { ...operation(), zone: this.zone, machine: machineOf(vm), offeringExternalId: this.offering.externalId };
    const { reference = null } = await this.provider().assign(request, signal);
    await insertAssignment(this.server.db.daos, vm, this.offering, { externalId: reference });
  }

  /** Takes a backup of the machine, which nothing disturbs; for the schedule, if there is one. */
  async backUp(vm: Vm, backupScheduleId: number | null = null): Promise<Backup> {
    const wish = { name: undefined, description: undefined, quiesce: false };
    const operationId = await this.prepare(({ backupTaker }, call) => backupTaker.take(vm.uuid, wish, call), { backupScheduleId });
    return present(await this.server.db.daos.backups.findByOperation(operationId));
  }

  /** Does the work of a job on the sound server, without the job; answers the operation. */
  async prepare(work: (services: Services, call: CallContext) => Promise<unknown>, more: Partial<RunningJob> = {}): Promise<string> {
    const caller = present(await this.server.identities.findByUserId(this.user.id));
    const operationId = randomUUID();
    const job: RunningJob = {
      ...{ operationId, cancellation: signal, instanceUuid: undefined, backupScheduleId: null, isRepeat: false, isByRule: false },
      ...{ resumeOf: () => undefined, report: async () => undefined, isTriedAgain: () => false },
      ...more,
    };
    await work(this.server.services, { requestId: randomUUID(), caller, signal, job });
    return operationId;
  }

  /** What the provider holds of the machine. */
  async held(machineUuid: string): Promise<ProviderBackup[]> {
    const all: ProviderBackup[] = [];
    for await (const page of this.provider().listBackups(signal)) all.push(...page);
    return all.filter((backup) => backup.machineUuid === machineUuid);
  }

  /** Whether the machine is in the offering at the provider. */
  async isProtected({ uuid }: Vm): Promise<boolean> {
    const row = await this.server.db.daos.pluginStore.find(`backup/dummy/${this.zone.uuid}`, `assignment/${uuid}`);
    const { offeringExternalId } = JSON.parse(row?.value ?? '{}') as { offeringExternalId?: string };
    return offeringExternalId === this.offering.externalId;
  }

  /** A server with the plan, which does nothing by itself. */
  another(plan: FaultPlan): Promise<Server> {
    return assemble(this.parts, plan);
  }

  /** The zone's provider, as a server sees it that nothing happens to. */
  provider(): BackupProvider {
    return this.server.instances.backup('dummy', this.zone);
  }

  /** Asks a server with the plan for a command, and then a sound one until it answers; answers what it says, and whether it was the first. */
  async ask(command: string, parameters: Readonly<Record<string, string>>, plan: FaultPlan): Promise<Answered> {
    const first = await this.askOnce(command, parameters, plan);
    return { answer: first ?? (await this.askOne(this.server, command, parameters)), isFirst: first !== undefined };
  }

  /** Asks a server with the plan for a command; answers what it says, if it does. */
  async askOnce(command: string, parameters: Readonly<Record<string, string>>, plan: FaultPlan): Promise<object | undefined> {
    const faulty = await this.another(plan);
    plan.arm();
    const answer = await this.askOne(faulty, command, parameters).catch(() => undefined);
    // Nobody waits any more for the answer of a server that has died, nor for what it held.
    this.clock.forward(HOUR_MS);
    return answer;
  }

  private async askOne({ db, access, recorder, services }: Server, command: string, parameters: Readonly<Record<string, string>>) {
    const spec = present(commands.get(command.toLowerCase()));
    const caller = present(await this.server.identities.findByUserId(this.user.id));
    const call = { requestId: randomUUID(), caller, signal };
    const sent = new Map(Object.entries(parameters));
    const queue = new JobQueue(commands, recorder, this.clock.now);
    const line = new JobLine(db, services.settings, commands, this.clock.now);
    const jobs = new JobManager(db, access, queue, line, { wake: noLog, cancel: noLog }, this.clock.now);
    const once = new IdempotentCommands(db, new Secrets('pass phrase'), this.clock.now);
    const work = (bound: Command) =>
      spec.async
        ? jobs.submit(services, spec, bound, sent, call)
        : recorder.performing(spec, sent, call, () => bound.execute(services, call));
    return runBound(spec, sent, (bound) => once.performing(spec, sent, call, () => work(bound)));
  }

  /** Has a server with the plan look at all zones, as timers do; an hour later, nobody waits for it any more. */
  async look(plan: FaultPlan): Promise<void> {
    const { services } = await this.another(plan);
    plan.arm();
    await services.backupSync.syncAll(signal).catch(() => undefined);
    this.clock.forward(HOUR_MS);
  }

  /** Runs the job of a command, an administrator's if it is about no machine: on a server with the plan, and then on one sound server after the other until it has ended. Answers its status. */
  async run(
    command: string,
    parameters: Readonly<Record<string, string>>,
    machineUuid: string | null,
    plan: FaultPlan,
    more: Partial<NewJob> = {},
  ): Promise<Ended> {
    const { uuid, operationId } = await this.submit(command, parameters, machineUuid, more);
    this.faults.set(operationId, plan.failsAt);
    for (let life = 0; life < MOST_LIVES; life++) {
      await this.live(life === 0 ? plan : noFault());
      const { status, result } = await this.parts
        .knex('async_job')
        .where({ uuid })
        .first<{ status: number; result: string }>('status', 'result');
      if (status === 0) {
        await this.meanwhile();
        continue;
      }
      await this.expectToldOnce(operationId);
      return { succeeded: status === 1, operationId, result };
    }
    throw new Error('the job did not end');
  }

  /** Lets a server take up the job of a command; answers when it has ended it, or has noticed that the job is no longer its own. */
  async runUntilGivenUp(
    command: string,
    parameters: Readonly<Record<string, string>>,
    machineUuid: string | null,
    plan: FaultPlan,
  ): Promise<void> {
    await this.submit(command, parameters, machineUuid);
    let resolve: () => void = noLog;
    const over = new Promise<void>((done) => (resolve = done));
    const runner = await this.runner(plan, (_level, message) => void (GIVEN_UP.has(message) && resolve()));
    plan.arm();
    runner.wake();
    await over;
    await runner.stop(0);
  }

  /** Brings to its end whatever waits, and then has the provider looked at until nothing more can come of it. */
  async settle(): Promise<void> {
    await this.finishWaiting();
    for (let look = 0; look < LOOKS; look++) {
      await this.server.services.retention.applyAll(signal);
      await this.server.services.backupSync.syncAll(signal);
      this.clock.forward(HOUR_MS);
      await this.finishWaiting();
    }
  }

  /** Brings to their ends the jobs that wait, so that nothing runs beside what comes next. */
  async finishWaiting(): Promise<void> {
    const waiting = () => this.parts.knex('async_job').where({ status: 0 }).first('id');
    for (let life = 0; life < MOST_LIVES && (await waiting()); life++) await this.live(noFault());
  }

  /** What contradicts itself, with the call that failed in it where that is known. */
  async contradictions(): Promise<string[]> {
    const faults = [...this.faults];
    return (await contradictionsIn(this.parts.knex)).map((text) => {
      const [, call] = faults.find(([operationId]) => text.includes(operationId)) ?? [];
      return call === undefined ? text : `call ${call}: ${text}`;
    });
  }

  /** Records the job of a command, an administrator's if it is about no machine, with what its work burdens. */
  private async submit(
    command: string,
    parameters: Readonly<Record<string, string>>,
    machineUuid: string | null,
    more: Partial<NewJob> = {},
  ): Promise<JobView> {
    const { daos } = this.server.db;
    const asker = machineUuid === null ? this.administrator : this.user;
    const burden = machineUuid === null ? {} : await burdenOf(daos, { type: 'VirtualMachine', uuid: machineUuid, machineUuid });
    const params = JSON.stringify(Object.entries(parameters));
    return insertJob(daos, { ...askedBy(asker), command, params, machineUuid, ...burden, created: this.clock.now(), ...more });
  }

  /** However many servers were at it, its events say once that it began and once that it ended. */
  private async expectToldOnce(operationId: string): Promise<void> {
    const states = (await this.parts.knex('event').where({ operationId }).orderBy('id')).map(({ state }: { state: string }) => state);
    if (states.join() !== 'Started,Completed') throw new Error(`the events of the job are: ${states.join(', ')}`);
  }

  /** Lets a server take the jobs that are due, and stops it when they have ended or it is dead. */
  private async live(plan: FaultPlan): Promise<void> {
    const runner = await this.runner(plan, noLog);
    plan.arm();
    runner.wake();
    await runner.stop(LONGEST_STOP_MS).catch(() => undefined);
    // Whatever a dead server held is free by then, and whatever was put off is due.
    this.clock.forward(HOUR_MS);
  }

  private async runner(plan: FaultPlan, log: Log): Promise<JobRunner> {
    const { db, identities, recorder, services } = await assemble(this.parts, plan);
    return new JobRunner(db, identities, services, recorder, { parallel: 4, leaseMs: 60_000 }, this.clock.now, log);
  }
}

/** What a client was told in the end. */
export interface Answered {
  readonly answer: object;
  /** Whether nothing had to be asked again. */
  readonly isFirst: boolean;
}

/** How a job ended. */
export interface Ended {
  readonly succeeded: boolean;
  readonly operationId: string;
  readonly result: string;
}
