import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { Knex } from 'knex';
import { Abandoned, forever } from '../abandoned.js';
import { AccountDao } from './account-dao.js';
import { AlertDao } from './alert-dao.js';
import { BackupDao } from './backup-dao.js';
import { BackupLookDao } from './backup-look-dao.js';
import { BackupOfferingDao } from './backup-offering-dao.js';
import { BackupRepositoryDao } from './backup-repository-dao.js';
import { BackupRetentionDao } from './backup-retention-dao.js';
import { BackupScheduleDao } from './backup-schedule-dao.js';
import { BackupStorageCapacityDao } from './backup-storage-capacity-dao.js';
import { CacheChangeDao } from './cache-change-dao.js';
import { ConfigurationDao } from './configuration-dao.js';
import { DomainDao } from './domain-dao.js';
import { EventDao } from './event-dao.js';
import { IdempotentAnswerDao } from './idempotent-answer-dao.js';
import { JobDao } from './job-dao.js';
import { JobTurnDao } from './job-turn-dao.js';
import { LeaseDao } from './lease-dao.js';
import { LimitAdmissionDao } from './limit-admission-dao.js';
import { OfferingAssignmentDao } from './offering-assignment-dao.js';
import { PluginStoreDao } from './plugin-store-dao.js';
import { ResourceLimitDao } from './resource-limit-dao.js';
import { RestoreDao } from './restore-dao.js';
import { RoleDao } from './role-dao.js';
import { RolePermissionDao } from './role-permission-dao.js';
import { SessionDao } from './session-dao.js';
import { isContention, isNotReady } from './database-error.js';
import { UsageLedgerDao } from './usage-ledger-dao.js';
import { UserDao } from './user-dao.js';
import { VmDao } from './vm-dao.js';
import { VolumeDao } from './volume-dao.js';
import { WebhookDao } from './webhook-dao.js';
import { WebhookDeliveryDao } from './webhook-delivery-dao.js';
import { ZoneDao } from './zone-dao.js';

/** One DAO for each table, all on the same connection or transaction. */
export const bindDaos = (db: Knex) => ({
  accounts: new AccountDao(db),
  alerts: new AlertDao(db),
  assignments: new OfferingAssignmentDao(db),
  backups: new BackupDao(db),
  backupLooks: new BackupLookDao(db),
  backupRetention: new BackupRetentionDao(db),
  cacheChanges: new CacheChangeDao(db),
  capacities: new BackupStorageCapacityDao(db),
  configuration: new ConfigurationDao(db),
  domains: new DomainDao(db),
  events: new EventDao(db),
  idempotentAnswers: new IdempotentAnswerDao(db),
  jobs: new JobDao(db),
  jobTurns: new JobTurnDao(db),
  leases: new LeaseDao(db),
  limitAdmissions: new LimitAdmissionDao(db),
  offerings: new BackupOfferingDao(db),
  pluginStore: new PluginStoreDao(db),
  repositories: new BackupRepositoryDao(db),
  resourceLimits: new ResourceLimitDao(db),
  restores: new RestoreDao(db),
  schedules: new BackupScheduleDao(db),
  roles: new RoleDao(db),
  rolePermissions: new RolePermissionDao(db),
  sessions: new SessionDao(db),
  usage: new UsageLedgerDao(db),
  users: new UserDao(db),
  vms: new VmDao(db),
  volumes: new VolumeDao(db),
  webhooks: new WebhookDao(db),
  webhookDeliveries: new WebhookDeliveryDao(db),
  zones: new ZoneDao(db),
});
export type Daos = ReturnType<typeof bindDaos>;

const inTransaction = new AsyncLocalStorage<true>();

/** Whether the caller runs inside a transaction, where nothing outside the database may be touched. */
export const insideTransaction = (): boolean => inTransaction.getStore() ?? false;

/**
 * Proves that whoever works may still change something, as part of a transaction if it is given one; throws if not. What it throws fails the
 * work, unless that is `Abandoned`: a failure would be handled, and of what is abandoned another server may be at work on the same.
 */
export type Fence = (daos?: Daos) => Promise<void>;

/** Somebody who is there when a command makes the change that it is for, and writes of it in the same transaction. */
export interface Witness {
  /** Before the transaction. */
  before(): Promise<void>;
  /** At the end of the transaction, which may be repeated, with the uuid of what was changed or made as far as it was said. */
  after(daos: Daos, about: string | undefined): Promise<void>;
}

const witnesses = new AsyncLocalStorage<readonly Witness[]>();

const fences = new AsyncLocalStorage<Fence>();

/**
 * Runs work of which every transaction begins with the fence, behind that of the caller, and also every operation of a plugin. Statements outside
 * of transactions are not behind it: what they change must do no harm when it comes late, as a purge does none, or carry a condition of its own.
 */
export function fenced<T>(fence: Fence, work: () => Promise<T>): Promise<T> {
  const outer = fences.getStore();
  const both: Fence = async (daos) => {
    await outer?.(daos);
    await fence(daos);
  };
  return fences.run(both, work);
}

/** Proves the fence of the work that calls it, if it has one; never ends if the work is abandoned. */
export const proveFence = async (): Promise<void> => fences.getStore()?.().catch(abandon);

const abandon = (error: unknown): Promise<never> => (error instanceof Abandoned ? forever() : Promise.reject(error as Error));

/** Runs work of which every `change` is witnessed, also by those who witness the caller's. */
export const witnessed = <T>(witness: Witness, work: () => Promise<T>): Promise<T> =>
  witnesses.run([...(witnesses.getStore() ?? []), witness], work);

const ATTEMPTS = 5;

/** The database as the managers see it. */
export class Database {
  private readonly ownDaos: Daos;

  constructor(
    readonly knex: Knex,
    private readonly bind: (db: Knex) => Daos = bindDaos,
  ) {
    this.ownDaos = bind(knex);
  }

  /** The DAOs outside any transaction: each statement stands alone. */
  get daos(): Daos {
    // The embedded database has one connection: waiting for it while holding it would never end.
    if (insideTransaction()) throw new Error('a transaction uses the DAOs handed to it');
    return this.ownDaos;
  }

  /**
   * Runs `work` in one transaction; only the DAOs handed to it take part. On a deadlock, a lock time-out or a failed
   * certification, or when the database server has left its cluster, the whole work is repeated, which is safe because nothing but
   * the database may happen in it.
   */
  async transaction<T>(work: (daos: Daos) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.knex.transaction((tx) => inTransaction.run(true, () => behindFence(this.bind(tx), work)));
      } catch (error) {
        if (attempt === ATTEMPTS || !(isContention(error) || isNotReady(error))) return abandon(error);
        await pause(Math.random() * 20 * 2 ** attempt);
      }
    }
  }

  /**
   * As `transaction`, for the change that a command is there for: what is told of the command is committed together with it. Work that
   * answers false has changed nothing, and nobody is told. `about` says the uuid of the thing that has been made, or that the command's
   * parameters may not name.
   */
  async change<T>(work: (daos: Daos) => Promise<T>, about?: (done: T) => string | undefined): Promise<T> {
    const present = witnesses.getStore() ?? [];
    for (const witness of present) await witness.before();
    return this.transaction(async (daos) => {
      const done = await work(daos);
      if (done !== false) for (const witness of present) await witness.after(daos, about?.(done));
      return done;
    });
  }
}

async function behindFence<T>(daos: Daos, work: (daos: Daos) => Promise<T>): Promise<T> {
  await fences.getStore()?.(daos);
  return work(daos);
}
