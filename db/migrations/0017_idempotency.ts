import type { Knex } from 'knex';
import { createUniqueIndex } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  if (!(await db.schema.hasColumn('async_job', 'idempotency_key'))) {
    await db.schema.alterTable('async_job', (t) => void t.string('idempotency_key', 255));
  }
  await createUniqueIndex(db, 'async_job', ['account_id', 'idempotency_key'], 'uq_async_job_idempotency');
}

/** What was made is found when the change is made again. */
export const down = (): Promise<void> => Promise.resolve();
