import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Express } from 'express';
import { Access } from './account/access.js';
import { AccountManager } from './account/account-manager.js';
import { ApiLimitManager } from './account/api-limit-manager.js';
import { DomainManager } from './account/domain-manager.js';
import { IdentityDirectory } from './account/identity-directory.js';
import { KeyManager } from './account/key-manager.js';
import { Passwords } from './account/password.js';
import { PasswordCheck } from './account/password-check.js';
import { RoleDirectory } from './account/role-directory.js';
import { RoleManager } from './account/role-manager.js';
import { SessionManager } from './account/session-manager.js';
import { UserManager } from './account/user-manager.js';
import { createApp } from './api/app.js';
import { Authenticator } from './api/authenticate.js';
import { Dispatcher } from './api/dispatcher.js';
import { webUi } from './api/web-ui.js';
import { AbandonedWork } from './backup/abandoned-work.js';
import { Adoption } from './backup/adoption.js';
import { AssignmentManager } from './backup/assignment-manager.js';
import { BackupFramework } from './backup/backup-framework.js';
import { BackupManager } from './backup/backup-manager.js';
import { BackupOfferingManager } from './backup/backup-offering-manager.js';
import { BackupProviderManager } from './backup/backup-provider-manager.js';
import { BackupRepositoryManager } from './backup/backup-repository-manager.js';
import { BackupScheduleManager } from './backup/backup-schedule-manager.js';
import { BackupSync } from './backup/backup-sync.js';
import { BackupTaker } from './backup/backup-taker.js';
import { BrokenOffDeletions } from './backup/broken-off-deletions.js';
import { HalfMadeVolumes } from './backup/half-made-volumes.js';
import { Leftovers } from './backup/leftovers.js';
import { MachineFromBackupManager } from './backup/machine-from-backup-manager.js';
import { PostponedSchedules } from './backup/postponed-schedules.js';
import { Reconciler } from './backup/reconciler.js';
import { RestoreEnding } from './backup/restore-ending.js';
import { RestoreManager } from './backup/restore-manager.js';
import { RestorePlanner } from './backup/restore-planner.js';
import { RetentionEnforcer } from './backup/retention-enforcer.js';
import { RetentionPreview } from './backup/retention-preview.js';
import { ScheduledBackups } from './backup/scheduled-backups.js';
import { completeSandbox, createFirstAdmin, type CredentialKeeper, type FirstAdmin } from './bootstrap.js';
import { CacheInvalidation } from './cache-invalidation.js';
import { CapacityManager } from './capacity/capacity-manager.js';
import { commands } from './commands/index.js';
import type { Database } from './dao/database.js';
import { AlertManager } from './events/alert-manager.js';
import { EventManager } from './events/event-manager.js';
import { EventRecorder } from './events/event-recorder.js';
import { CatalogueManager } from './inventory/catalogue-manager.js';
import { InventoryCopy } from './inventory/inventory-copy.js';
import { MachineManager } from './inventory/machine-manager.js';
import { MarkedWork } from './inventory/marked-work.js';
import { VolumeDeletion } from './inventory/volume-deletion.js';
import { VolumeManager } from './inventory/volume-manager.js';
import { ZoneDirectory } from './inventory/zone-directory.js';
import { ZoneManager } from './inventory/zone-manager.js';
import { IdempotentCommands } from './jobs/idempotent-commands.js';
import { JobLine } from './jobs/job-line.js';
import { JobManager } from './jobs/job-manager.js';
import { JobQueue } from './jobs/job-queue.js';
import { JobRunner } from './jobs/job-runner.js';
import { Admission } from './limits/admission.js';
import { LimitManager } from './limits/limit-manager.js';
import { OwnerLimits } from './limits/owner-limits.js';
import { ResourceReports } from './limits/resource-reports.js';
import { Leases } from './leases.js';
import type { Log } from './log.js';
import { PeriodicTasks, type PeriodicTask } from './periodic-tasks.js';
import { PluginInstances } from './plugin-host/plugin-instances.js';
import { pluginKeys } from './plugin-host/plugin-settings.js';
import { reportBroken } from './plugin-host/report-broken.js';
import { loadPlugins, type Plugins } from './provider/load-plugins.js';
import type { Secrets } from './secrets.js';
import type { Services } from './services.js';
import { allKeys, DynamicSettings } from './settings/dynamic-settings.js';
import { SettingsManager } from './settings/settings-manager.js';
import type { StaticSettings } from './settings/static-settings.js';
import { UsageManager } from './usage/usage-manager.js';
import { WebhookDeliverer } from './webhooks/webhook-deliverer.js';
import { WebhookDeliveryManager } from './webhooks/webhook-delivery-manager.js';
import { WebhookManager } from './webhooks/webhook-manager.js';
import { WebhookSender } from './webhooks/webhook-sender.js';

/** The server without its socket. */
export interface Application {
  readonly app: Express;
  readonly plugins: Plugins;
  /** Present when this start made the first administrator. */
  readonly firstAdmin: FirstAdmin | undefined;
  /** Begins to run jobs, and what is done every so often. */
  start(): void;
  /** Finishes or hands over the running jobs, waits until the last request is answered, and closes the database. */
  stop(graceMs: number, answered?: Promise<void>): Promise<void>;
}

const READY_MS = 2000;
const HOUR_MS = 3_600_000;

/** Where the plugins that come with the server are, in the source tree as well as in the built one. */
const OWN_PLUGINS = fileURLToPath(new URL('../plugins', import.meta.url));

/** What the server is made of that differs from one installation, or test, to another. */
export interface ApplicationParts {
  readonly settings: StaticSettings;
  readonly db: Database;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly keeper: CredentialKeeper;
  readonly now?: () => Date;
  readonly passwords?: Passwords;
  /** How long each plugin may take to load. */
  readonly pluginLoadMs?: number;
}

/** Puts the server together: the one place where every part is made. */
export async function createApplication({
  settings,
  db,
  secrets,
  log,
  keeper,
  now = () => new Date(),
  passwords = new Passwords(),
  pluginLoadMs,
}: ApplicationParts): Promise<Application> {
  const pluginsDir = settings['plugins.dir'] === '' ? OWN_PLUGINS : settings['plugins.dir'];
  const pluginsPath = settings['plugins.path'].split(':').filter((folder) => folder !== '');
  const ui = settings['ui.path'] === '' ? undefined : webUi(settings['ui.path']);
  const plugins = await loadPlugins(pluginsDir, pluginsPath, pluginLoadMs);
  const caches = new CacheInvalidation(db, now, log);
  const dynamicSettings = new DynamicSettings(db, secrets, allKeys(pluginKeys(plugins)));
  const zoneDirectory = new ZoneDirectory(db);
  const identities = new IdentityDirectory(db, secrets, dynamicSettings);
  const roles = new RoleDirectory(db, commands, caches);
  caches.onChange('configuration', () => dynamicSettings.load());
  caches.onChange('zone', () => zoneDirectory.load());
  caches.onChange('identity', () => identities.clear());
  // Domains may have settings of their own, by their paths.
  caches.onChange('identity', () => dynamicSettings.load());
  caches.onChange('role', () => roles.load());

  const ownerLimits = new OwnerLimits(dynamicSettings);
  const reports = new ResourceReports(db, ownerLimits);
  const domains = new DomainManager(db, caches, reports, now);
  const access = new Access(db, domains, roles);
  const passwordCheck = new PasswordCheck(db, passwords, dynamicSettings, now, log);
  const keys = new KeyManager(db, secrets, dynamicSettings, caches, access);
  const sessions = new SessionManager(db, identities, domains, passwordCheck, dynamicSettings, now);
  const instances = new PluginInstances(plugins, dynamicSettings, db, now, log);
  const copy = new InventoryCopy(db, zoneDirectory, instances, now);
  const marked = new MarkedWork(db, new Leases(db, now), settings['jobs.lease.seconds'] * 1000);
  const machines = new MachineManager(db, access, zoneDirectory, instances, copy, marked, (vm, call) =>
    services.assignments.release(vm, call),
  );
  const volumes = new VolumeManager(db, access, zoneDirectory, instances, copy, machines, dynamicSettings);
  const framework = new BackupFramework(dynamicSettings, plugins, instances);
  const admission = new Admission(db, ownerLimits);
  const limits = new LimitManager(db, access, ownerLimits);
  const recorder = new EventRecorder(db, now, log);
  const queue = new JobQueue(commands, recorder, now);
  const retention = new RetentionEnforcer(db, zoneDirectory, framework, queue, now, log);
  const backups = new BackupManager(db, access, zoneDirectory, framework, retention, now);
  const restorePlanner = new RestorePlanner(db, zoneDirectory, framework, backups, instances);
  const ending = new RestoreEnding(db, instances, copy, now);
  const accounts = new AccountManager(db, domains, access, passwords, caches, reports, now);
  const alerts = new AlertManager(db, now);
  const capacity = new CapacityManager(db, zoneDirectory, framework, dynamicSettings, alerts, now, log);
  const events = new EventManager(db, access, commands, now);
  const leftovers = new Leftovers(db, backups, queue, now, log);
  const abandoned = new AbandonedWork(db, marked, recorder, now);
  const unfinished = {
    deletions: new BrokenOffDeletions(db, instances, copy, marked, recorder, log),
    halfMade: new HalfMadeVolumes(db, instances, copy, recorder, now, log),
  };
  const reconciler = new Reconciler(db, new Adoption(db, recorder, now), leftovers, recorder, alerts, now);
  const webhooks = new WebhookManager(db, access, secrets, dynamicSettings, now);
  const sender = new WebhookSender(dynamicSettings);
  const wake = () => runner.wake();
  const services: Services = {
    accounts,
    apiLimits: new ApiLimitManager(db, dynamicSettings, now),
    alerts,
    assignments: new AssignmentManager(db, zoneDirectory, framework, machines, copy, now, log),
    backups,
    backupSync: new BackupSync(db, zoneDirectory, framework, reconciler, abandoned, unfinished, log),
    backupTaker: new BackupTaker(db, zoneDirectory, framework, copy, admission, retention, now),
    capacity,
    catalogue: new CatalogueManager(zoneDirectory, instances),
    commands,
    domains,
    events,
    jobs: new JobManager(
      db,
      access,
      queue,
      new JobLine(db, dynamicSettings, commands, now),
      { wake, cancel: (id) => runner.cancel(id) },
      now,
    ),
    keys,
    limits,
    machines,
    machinesFromBackups: new MachineFromBackupManager(db, zoneDirectory, restorePlanner, ending, machines, instances, copy),
    offerings: new BackupOfferingManager(db, zoneDirectory, framework, now),
    providers: new BackupProviderManager(zoneDirectory, framework),
    repositories: new BackupRepositoryManager(db, zoneDirectory, secrets, now),
    restorePlanner,
    retention,
    retentionPreview: new RetentionPreview(db, access, now),
    restores: new RestoreManager(db, access, restorePlanner, ending, now),
    roles: new RoleManager(db, roles, caches, now),
    schedules: new BackupScheduleManager(db, access, zoneDirectory, framework, machines, limits, now),
    sessions,
    settings: dynamicSettings,
    settingsManager: new SettingsManager(db, dynamicSettings, zoneDirectory, plugins, secrets, caches),
    usage: new UsageManager(db, access, now),
    users: new UserManager(db, access, accounts, passwordCheck, secrets, caches, now),
    volumeDeletion: new VolumeDeletion(db, zoneDirectory, instances, copy, volumes, marked),
    volumes,
    webhookDeliveries: new WebhookDeliveryManager(db, access, webhooks, sender, now),
    webhooks,
    zones: new ZoneManager(db, zoneDirectory, caches, now),
  };
  const runnerLimits = { parallel: settings['jobs.parallel'], leaseMs: settings['jobs.lease.seconds'] * 1000 };
  const runner = new JobRunner(db, identities, services, recorder, runnerLimits, now, log);

  const scheduled = new ScheduledBackups(db, zoneDirectory, framework, queue, wake, now, log);
  caches.onChange('schedule', () => scheduled.changed());
  const deliverer = new WebhookDeliverer(db, sender, secrets, dynamicSettings, alerts, now, log);
  const postponed = new PostponedSchedules(db, now, log);
  const tasks = new PeriodicTasks(db, periodicTasks(services, postponed, dynamicSettings), now, log);

  await caches.start();
  await reportBroken(plugins, db, alerts, log);
  const withSandbox = settings['sandbox.enabled'];
  const firstAdmin = await createFirstAdmin(db, { passwords, secrets, keeper, withSandbox, created: now() });
  const { zones, settingsManager } = services;
  await completeSandbox({ db, zones, zoneDirectory, settings: settingsManager, plugins: instances, copy, log });

  let isStopping = false;
  const ready = async () => {
    if (isStopping) throw new Error('the server is stopping');
    await Promise.race([db.knex.raw('select 1'), unanswered(READY_MS)]);
  };
  const dispatcher = new Dispatcher(
    commands,
    new Authenticator(identities, sessions, dynamicSettings, now),
    (spec, command, parameters, call) => services.jobs.submit(services, spec, command, parameters, call),
    recorder,
    new IdempotentCommands(db, secrets, now),
    services,
  );
  return {
    app: createApp(dispatcher, { ready, log, ui, proxies: settings['http.trusted.proxies'] }),
    plugins,
    firstAdmin,
    start: () => {
      runner.start();
      tasks.start();
      scheduled.start();
      deliverer.start();
    },
    stop: async (graceMs, answered) => {
      isStopping = true;
      await Promise.all([runner.stop(graceMs), deliverer.stop(graceMs), tasks.stop(), scheduled.stop(), answered]);
      await caches.stop();
      await db.knex.destroy();
    },
  };
}

/** What one of the servers that share a database does every so often. */
const periodicTasks = (
  { backupSync, capacity, events, jobs, retention, webhookDeliveries }: Services,
  postponed: PostponedSchedules,
  settings: DynamicSettings,
): readonly PeriodicTask[] => [
  {
    name: 'measure backup storage',
    everyMs: () => settings.get('backup.framework.sync.interval') * 1000,
    run: (signal) => capacity.measureAll(signal),
  },
  {
    name: 'sync backups',
    everyMs: () => settings.get('backup.framework.sync.interval') * 1000,
    run: (signal) => backupSync.syncAll(signal),
  },
  { name: 'apply retention', everyMs: () => HOUR_MS, run: (signal) => retention.applyAll(signal) },
  { name: 'put schedules back', everyMs: () => HOUR_MS, run: (signal) => postponed.putBack(signal) },
  { name: 'purge events', everyMs: () => HOUR_MS, run: (signal) => events.purge(settings.get('event.purge.delay'), signal) },
  {
    name: 'purge webhook deliveries',
    everyMs: () => HOUR_MS,
    run: (signal) => webhookDeliveries.purge(settings.get('webhook.deliveries.purge.delay'), signal),
  },
  { name: 'purge jobs', everyMs: () => HOUR_MS, run: (signal) => jobs.purge(settings.get('job.expire.minutes'), signal) },
];

/** Rejects when the database has not answered for so long. */
const unanswered = (ms: number): Promise<never> =>
  pause(ms, undefined, { ref: false }).then(() => {
    throw new Error(`the database has not answered for ${ms} ms`);
  });
