import type { Knex } from 'knex';
import { createIndex } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  // The schedule that wants the job; it may be gone.
  if (!(await db.schema.hasColumn('async_job', 'backup_schedule_id'))) {
    await db.schema.alterTable('async_job', (t) => void t.bigInteger('backup_schedule_id').unsigned());
  }
  await createIndex(db, 'async_job', ['backup_schedule_id', 'status'], 'ix_async_job_schedule');
  await createIndex(db, 'async_job', ['completed'], 'ix_async_job_completed');
  await createIndex(db, 'backups', ['backup_schedule_id', 'status'], 'ix_backups_schedule');
}

/** What was made is found when the change is made again. */
export const down = (): Promise<void> => Promise.resolve();
