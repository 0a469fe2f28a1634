import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import { Access } from '../../src/account/access.js';
import { DomainManager } from '../../src/account/domain-manager.js';
import { IdentityDirectory } from '../../src/account/identity-directory.js';
import { RoleDirectory } from '../../src/account/role-directory.js';
import { RoleManager } from '../../src/account/role-manager.js';
import { AssignmentManager } from '../../src/backup/assignment-manager.js';
import { BackupFramework } from '../../src/backup/backup-framework.js';
import { BackupManager } from '../../src/backup/backup-manager.js';
import { BackupOfferingManager } from '../../src/backup/backup-offering-manager.js';
import { BackupTaker } from '../../src/backup/backup-taker.js';
import { MachineFromBackupManager } from '../../src/backup/machine-from-backup-manager.js';
import { RestoreEnding } from '../../src/backup/restore-ending.js';
import { RestoreManager } from '../../src/backup/restore-manager.js';
import { RestorePlanner } from '../../src/backup/restore-planner.js';
import { RetentionEnforcer } from '../../src/backup/retention-enforcer.js';
import { CacheInvalidation } from '../../src/cache-invalidation.js';
import { commands } from '../../src/commands/index.js';
import type { BackupOffering } from '../../src/dao/backup-offering-dao.js';
import { Database } from '../../src/dao/database.js';
import type { NewJob } from '../../src/dao/job-dao.js';
import { EventRecorder } from '../../src/events/event-recorder.js';
import type { User } from '../../src/dao/user-dao.js';
import type { Vm } from '../../src/dao/vm-dao.js';
import type { Zone } from '../../src/dao/zone-dao.js';
import { machineOf, volumeOf } from '../../src/inventory/facts.js';
import { InventoryCopy } from '../../src/inventory/inventory-copy.js';
import { MachineManager } from '../../src/inventory/machine-manager.js';
import { ZoneDirectory } from '../../src/inventory/zone-directory.js';
import { JobQueue } from '../../src/jobs/job-queue.js';
import { JobRunner } from '../../src/jobs/job-runner.js';
import { Admission } from '../../src/limits/admission.js';
import { OwnerLimits } from '../../src/limits/owner-limits.js';
import { ResourceReports } from '../../src/limits/resource-reports.js';
import type { Log } from '../../src/log.js';
import { PluginInstances } from '../../src/plugin-host/plugin-instances.js';
import { pluginKeys } from '../../src/plugin-host/plugin-settings.js';
import type { BackupProvider, ProviderBackup } from '../../src/provider/index.js';
import { loadPlugins, type Plugins } from '../../src/provider/load-plugins.js';
import { Secrets } from '../../src/secrets.js';
import type { Services } from '../../src/services.js';
import { allKeys, DynamicSettings } from '../../src/settings/dynamic-settings.js';
import { askedBy, insertAccount, insertAssignment, insertJob, insertOffering, insertUser, insertZone, ownerOf } from '../kit/builders.js';
import { FaultPlan } from '../kit/faulty.js';

const PLUGINS = fileURLToPath(new URL('../../plugins', import.meta.url));
const HOUR_MS = 3_600_000;
/** What the owner of all machines may have: more than there is, but not without limit, so that all of it is watched. */
const LIMITS = ['max.account.backups', 'max.domain.backups', 'max.account.backup.storage', 'max.domain.backup.storage'];
const LONGEST_STOP_MS = 20_000;

/** What a server says when it is done with a job, however that came about. */
const GIVEN_UP = new Set(['job finished', 'job lease lost', 'job finished after its lease was lost']);
const noLog = () => undefined;
const operation = () => ({ operationId: randomUUID(), report: async () => undefined });
const signal = new AbortController().signal;

/** The parts of a server that run backup and restore jobs. */
interface Server {
  readonly db: Database;
  readonly identities: IdentityDirectory;
  readonly zones: ZoneDirectory;
  readonly instances: PluginInstances;
  readonly copy: InventoryCopy;
  readonly services: Services;
}

/** A zone with one machine after the other, and servers that come and go. */
export class Bench {
  private clock = Date.now();
  private readonly now = () => new Date(this.clock);
  /** What happens between a server that dies over a job and the next one. */
  meanwhile: () => Promise<void> = async () => undefined;

  private constructor(
    private readonly knex: Knex,
    private readonly plugins: Plugins,
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
    for (const name of LIMITS) await daos.configuration.save({ name, scope: 'Global', scopeId: 0, value: '100000' });
    const offering = await insertOffering(daos, { zoneId: zone.id, externalId: 'gold-policy' });
    const user = await insertUser(daos);
    const administrator = await insertUser(daos, ownerOf(await insertAccount(daos, { role: 'Admin' })));
    const plugins = await loadPlugins(PLUGINS);
    const server = await assemble(knex, plugins, noFault(), () => new Date());
    return new Bench(knex, plugins, server, zone, offering, user, administrator);
  }

  /** Makes a stopped machine with two volumes. */
  async deploy(): Promise<Vm> {
    const machineUuid = randomUUID();
    const hardware = { cpuNumber: 1, cpuSpeedMhz: 1000, memoryMb: 512, rootSizeBytes: 2 ** 30, dataSizesBytes: [2 ** 30] };
    const wish = { ...operation(), ...hardware, machineUuid, name: `vm-${machineUuid}`, displayName: 'vm', start: false };
    const facts = await this.server.instances.inventory(this.zone).deployMachine(wish, signal);
    return this.server.copy.record(this.zone, facts, this.user, signal);
  }

  /** Makes a machine that is assigned to the offering. */
  async protect(): Promise<Vm> {
    const vm = await this.deploy();
    const request = { ...operation(), zone: this.zone, machine: machineOf(vm), offeringExternalId: this.offering.externalId };
    const { reference = null } = await this.server.instances.backup('dummy', this.zone).assign(request, signal);
    await insertAssignment(this.server.db.daos, vm, this.offering, { externalId: reference });
    return vm;
  }

  /** What the provider holds of the machine. */
  async held(machineUuid: string): Promise<ProviderBackup[]> {
    const all: ProviderBackup[] = [];
    for await (const page of this.provider().listBackups(signal)) all.push(...page);
    return all.filter((backup) => backup.machineUuid === machineUuid);
  }

  /** Whether the provider would take a backup of the machine, because it is in the offering there. */
  async isProtected(vm: Vm): Promise<boolean> {
    const { zone, offering } = this;
    const volumes = (await this.server.db.daos.volumes.listByVm(vm.id)).map(volumeOf);
    const request = { ...operation(), zone, machine: machineOf(vm), offeringExternalId: offering.externalId, volumes, quiesce: false };
    return this.provider()
      .takeBackup(request, signal)
      .then(
        () => true,
        () => false,
      );
  }

  private provider(): BackupProvider {
    return this.server.instances.backup('dummy', this.zone);
  }

  /** Runs the job of a command, an administrator's if it is about no machine: on a server with the plan, and then on one sound server after the other until it has ended. Answers its status. */
  async run(
    command: string,
    parameters: Readonly<Record<string, string>>,
    machineUuid: string | null,
    plan: FaultPlan,
    more: Partial<NewJob> = {},
  ): Promise<Ended> {
    const asker = machineUuid === null ? this.administrator : this.user;
    const about = {
      ...askedBy(asker),
      command,
      params: JSON.stringify(Object.entries(parameters)),
      machineUuid,
      created: this.now(),
      ...more,
    };
    const { uuid, operationId } = await insertJob(this.server.db.daos, about);
    for (let life = 0; life < 5; life++) {
      await this.live(life === 0 ? plan : noFault());
      // Whatever a dead server held is free by then, and whatever was put off is due.
      this.clock += HOUR_MS;
      const { status, result } = await this.knex('async_job').where({ uuid }).first<{ status: number; result: string }>('status', 'result');
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
    machineUuid: string,
    plan: FaultPlan,
  ): Promise<void> {
    const about = { ...askedBy(this.user), command, params: JSON.stringify(Object.entries(parameters)), machineUuid, created: this.now() };
    await insertJob(this.server.db.daos, about);
    let resolve: () => void = noLog;
    const over = new Promise<void>((done) => (resolve = done));
    const runner = await this.runner(plan, (_level, message) => void (GIVEN_UP.has(message) && resolve()));
    plan.arm();
    runner.wake();
    await over;
    await runner.stop(0);
  }

  /** However many servers were at it, its events say once that it began and once that it ended. */
  private async expectToldOnce(operationId: string): Promise<void> {
    const states = (await this.knex('event').where({ operationId }).orderBy('id')).map(({ state }: { state: string }) => state);
    if (states.join() !== 'Started,Completed') throw new Error(`the events of the job are: ${states.join(', ')}`);
  }

  /** Lets a server take the jobs that are due, and stops it when they have ended or it is dead. */
  private async live(plan: FaultPlan): Promise<void> {
    const runner = await this.runner(plan, noLog);
    plan.arm();
    runner.wake();
    await runner.stop(LONGEST_STOP_MS).catch(() => undefined);
  }

  private async runner(plan: FaultPlan, log: Log): Promise<JobRunner> {
    const { db, identities, services } = await assemble(this.knex, this.plugins, plan, this.now);
    const recorder = new EventRecorder(db, this.now, noLog);
    return new JobRunner(db, identities, services, recorder, { parallel: 4, leaseMs: 60_000 }, this.now, log);
  }
}

/** How a job ended. */
export interface Ended {
  readonly succeeded: boolean;
  readonly operationId: string;
  readonly result: string;
}

/** A plan that never comes true. */
export const noFault = (): FaultPlan => new FaultPlan(Infinity, { when: 'before', then: 'goes on' });

async function assemble(knex: Knex, plugins: Plugins, plan: FaultPlan, now: () => Date): Promise<Server> {
  const db = new Database(knex, plan.bindDaos);
  const secrets = new Secrets('pass phrase');
  const settings = new DynamicSettings(db, secrets, allKeys(pluginKeys(plugins)));
  const zones = new ZoneDirectory(db);
  await settings.load();
  await zones.load();
  const wrapped = plan.wrapPlugins(plugins);
  const instances = new PluginInstances(wrapped, settings, db, now, noLog);
  const copy = new InventoryCopy(db, zones, instances, now);
  const framework = new BackupFramework(settings, wrapped, instances);
  const caches = new CacheInvalidation(db, now, noLog);
  const limits = new OwnerLimits(settings);
  const roleDirectory = new RoleDirectory(db, commands, caches);
  await roleDirectory.load();
  const access = new Access(db, new DomainManager(db, caches, new ResourceReports(db, limits), now), roleDirectory);
  const machines: MachineManager = new MachineManager(db, access, zones, instances, copy, (vm, call) => assignments.release(vm, call));
  const retention = new RetentionEnforcer(db, zones, framework, new JobQueue(commands, new EventRecorder(db, now, noLog), now), now);
  const backups = new BackupManager(db, access, zones, framework, retention, now);
  const backupTaker = new BackupTaker(db, zones, framework, copy, new Admission(db, limits), retention, now);
  const assignments = new AssignmentManager(db, zones, framework, machines, copy, now, noLog);
  const planner = new RestorePlanner(db, zones, framework, backups, instances);
  const ending = new RestoreEnding(db, instances, copy, now);
  const restores = new RestoreManager(db, access, planner, ending, now);
  const machinesFromBackups = new MachineFromBackupManager(db, zones, planner, ending, machines, instances, copy);
  const roles = new RoleManager(db, roleDirectory, caches, now);
  // The commands of these tests reach for nothing else.
  const offerings = new BackupOfferingManager(db, zones, framework, now);
  const services = {
    assignments,
    backups,
    backupTaker,
    commands,
    machinesFromBackups,
    offerings,
    restores,
    roles,
    settings,
  } as unknown as Services;
  return { db, identities: new IdentityDirectory(db, secrets, settings), zones, instances, copy, services };
}
