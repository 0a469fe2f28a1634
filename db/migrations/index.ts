import type { Knex } from 'knex';
import * as settings from './0001_settings.js';
import * as accounts from './0002_accounts.js';
import * as jobs from './0003_jobs.js';
import * as inventory from './0004_inventory.js';
import * as backups from './0005_backups.js';
import * as roles from './0006_roles_and_guards.js';
import * as schedules from './0007_schedules_and_repositories.js';
import * as resourceLimits from './0008_resource_limits.js';
import * as events from './0009_events.js';
import * as machines from './0010_machines.js';
import * as usage from './0011_usage.js';
import * as capacity from './0012_capacity.js';
import * as accountLifecycle from './0014_account_lifecycle.js';
import * as backupUse from './0015_backup_use.js';
import * as scheduledBackups from './0016_scheduled_backups.js';
import * as idempotency from './0017_idempotency.js';
import * as jobTurns from './0018_job_turns.js';
import * as reconciliation from './0021_reconciliation.js';
import * as restores from './0022_restores.js';
import * as cronSchedules from './0023_cron_schedules.js';
import * as retention from './0024_retention.js';
import * as webhooks from './0025_webhooks.js';
import * as attachedVolumes from './0027_attached_volumes.js';
import * as idempotentAnswers from './0029_idempotent_answers.js';
import * as periodicHolders from './0030_periodic_holders.js';
import * as signsOfLife from './0031_signs_of_life.js';

interface Migration {
  up(db: Knex): Promise<void>;
  /** Undoes as much of `up` as was done before it was cut off; never used on a change that was completed. */
  down(db: Knex): Promise<void>;
}

/** Every change of the schema, oldest first. Append only: one that has landed is never edited. */
export const MIGRATIONS: ReadonlyMap<string, Migration> = new Map([
  ['0001_settings', settings],
  ['0002_accounts', accounts],
  ['0003_jobs', jobs],
  ['0004_inventory', inventory],
  ['0005_backups', backups],
  ['0006_roles_and_guards', roles],
  ['0007_schedules_and_repositories', schedules],
  ['0008_resource_limits', resourceLimits],
  ['0009_events', events],
  ['0010_machines', machines],
  ['0011_usage', usage],
  ['0012_capacity', capacity],
  ['0014_account_lifecycle', accountLifecycle],
  ['0015_backup_use', backupUse],
  ['0016_scheduled_backups', scheduledBackups],
  ['0017_idempotency', idempotency],
  ['0018_job_turns', jobTurns],
  ['0021_reconciliation', reconciliation],
  ['0022_restores', restores],
  ['0023_cron_schedules', cronSchedules],
  ['0024_retention', retention],
  ['0025_webhooks', webhooks],
  ['0027_attached_volumes', attachedVolumes],
  ['0029_idempotent_answers', idempotentAnswers],
  ['0030_periodic_holders', periodicHolders],
  ['0031_signs_of_life', signsOfLife],
]);
