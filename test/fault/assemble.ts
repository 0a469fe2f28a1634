import type { Knex } from 'knex';
import { AccountManager } from '../../src/account/account-manager.js';
import { Passwords } from '../../src/account/password.js';
import { PasswordCheck } from '../../src/account/password-check.js';
import { UserManager } from '../../src/account/user-manager.js';
import { ScheduledBackups } from '../../src/backup/scheduled-backups.js';
import { Access } from '../../src/account/access.js';
import { DomainManager } from '../../src/account/domain-manager.js';
import { IdentityDirectory } from '../../src/account/identity-directory.js';
import type { RoleDirectory } from '../../src/account/role-directory.js';
import { RoleManager } from '../../src/account/role-manager.js';
import { AbandonedWork } from '../../src/backup/abandoned-work.js';
import { Adoption } from '../../src/backup/adoption.js';
import { AssignmentManager } from '../../src/backup/assignment-manager.js';
import { BackupFramework } from '../../src/backup/backup-framework.js';
import { BackupManager } from '../../src/backup/backup-manager.js';
import { BackupOfferingManager } from '../../src/backup/backup-offering-manager.js';
import { BackupSync } from '../../src/backup/backup-sync.js';
import { BackupTaker } from '../../src/backup/backup-taker.js';
import { BrokenOffDeletions } from '../../src/backup/broken-off-deletions.js';
import { HalfMadeVolumes } from '../../src/backup/half-made-volumes.js';
import { Leftovers } from '../../src/backup/leftovers.js';
import { MachineFromBackupManager } from '../../src/backup/machine-from-backup-manager.js';
import { Reconciler } from '../../src/backup/reconciler.js';
import { RestoreEnding } from '../../src/backup/restore-ending.js';
import { RestoreManager } from '../../src/backup/restore-manager.js';
import { RestorePlanner } from '../../src/backup/restore-planner.js';
import { RetentionEnforcer } from '../../src/backup/retention-enforcer.js';
import { CacheInvalidation } from '../../src/cache-invalidation.js';
import { commands } from '../../src/commands/index.js';
import { Database } from '../../src/dao/database.js';
import { AlertManager } from '../../src/events/alert-manager.js';
import { EventRecorder } from '../../src/events/event-recorder.js';
import { InventoryCopy } from '../../src/inventory/inventory-copy.js';
import { MachineManager } from '../../src/inventory/machine-manager.js';
import { MarkedWork } from '../../src/inventory/marked-work.js';
import { VolumeDeletion } from '../../src/inventory/volume-deletion.js';
import { VolumeManager } from '../../src/inventory/volume-manager.js';
import { ZoneDirectory } from '../../src/inventory/zone-directory.js';
import { JobQueue } from '../../src/jobs/job-queue.js';
import { Leases } from '../../src/leases.js';
import { Admission } from '../../src/limits/admission.js';
import { OwnerLimits } from '../../src/limits/owner-limits.js';
import { ResourceReports } from '../../src/limits/resource-reports.js';
import { PluginInstances } from '../../src/plugin-host/plugin-instances.js';
import { pluginKeys } from '../../src/plugin-host/plugin-settings.js';
import { type Plugins } from '../../src/provider/load-plugins.js';
import { Secrets } from '../../src/secrets.js';
import type { Services } from '../../src/services.js';
import { allKeys, DynamicSettings } from '../../src/settings/dynamic-settings.js';
import { FaultPlan } from '../kit/faulty.js';

const noLog = () => undefined;
const LEASE_MS = 30_000;

/** What all servers have in common. */
export interface Parts {
  readonly knex: Knex;
  readonly plugins: Plugins;
  readonly roles: RoleDirectory;
  readonly now: () => Date;
}

/** The parts of a server that run backup and restore jobs. */
export interface Server {
  readonly db: Database;
  readonly identities: IdentityDirectory;
  readonly zones: ZoneDirectory;
  readonly instances: PluginInstances;
  readonly copy: InventoryCopy;
  readonly access: Access;
  readonly recorder: EventRecorder;
  readonly scheduled: ScheduledBackups;
  readonly services: Services;
}

/** A plan that never comes true. */
export const noFault = (): FaultPlan => new FaultPlan(Infinity, { when: 'before', then: 'goes on' });

/** A server whose calls fail as the plan has it. */
export async function assemble({ knex, plugins, roles, now }: Parts, plan: FaultPlan): Promise<Server> {
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
  const limits = new OwnerLimits(settings);
  const caches = new CacheInvalidation(db, now, noLog);
  const reports = new ResourceReports(db, limits);
  const domains = new DomainManager(db, caches, reports, now);
  const access = new Access(db, domains, roles);
  const passwords = new Passwords();
  const accounts = new AccountManager(db, domains, access, passwords, caches, reports, now);
  const marked = new MarkedWork(db, new Leases(db, now), LEASE_MS);
  const machines: MachineManager = new MachineManager(db, access, zones, instances, copy, marked, (vm, call) =>
    assignments.release(vm, call),
  );
  const volumes = new VolumeManager(db, access, zones, instances, copy, machines, settings);
  const recorder = new EventRecorder(db, now, noLog);
  const queue = new JobQueue(commands, recorder, now);
  const retention = new RetentionEnforcer(db, zones, framework, queue, now, noLog);
  const backups = new BackupManager(db, access, zones, framework, retention, now);
  const assignments = new AssignmentManager(db, zones, framework, machines, copy, now, noLog);
  const planner = new RestorePlanner(db, zones, framework, backups, instances);
  const ending = new RestoreEnding(db, instances, copy, now);
  const alerts = new AlertManager(db, now);
  const leftovers = new Leftovers(db, backups, queue, now, noLog);
  const abandoned = new AbandonedWork(db, marked, recorder, now);
  const unfinished = {
    deletions: new BrokenOffDeletions(db, instances, copy, marked, recorder, noLog),
    halfMade: new HalfMadeVolumes(db, instances, copy, recorder, now, noLog),
  };
  const reconciler = new Reconciler(db, new Adoption(db, recorder, now), leftovers, recorder, alerts, now);
  const services = {
    accounts,
    alerts,
    assignments,
    backups,
    backupSync: new BackupSync(db, zones, framework, reconciler, abandoned, unfinished, noLog),
    backupTaker: new BackupTaker(db, zones, framework, copy, new Admission(db, limits), retention, now),
    commands,
    domains,
    machines,
    machinesFromBackups: new MachineFromBackupManager(db, zones, planner, ending, machines, instances, copy),
    offerings: new BackupOfferingManager(db, zones, framework, now),
    restores: new RestoreManager(db, access, planner, ending, now),
    retention,
    roles: new RoleManager(db, roles, caches, now),
    settings,
    users: new UserManager(db, access, accounts, new PasswordCheck(db, passwords, settings, now, noLog), secrets, caches, now),
    volumeDeletion: new VolumeDeletion(db, zones, instances, copy, volumes, marked),
    volumes,
    // The commands of these tests reach for nothing else.
  } as unknown as Services;
  const scheduled = new ScheduledBackups(db, zones, framework, queue, noLog, now, noLog);
  return { db, identities: new IdentityDirectory(db, secrets, settings), zones, instances, copy, access, recorder, scheduled, services };
}
