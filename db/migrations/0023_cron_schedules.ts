import type { Knex } from 'knex';
import { createUniqueIndex, dropUniqueIndex } from './create-table.js';

const COLUMNS: Readonly<Record<string, (t: Knex.AlterTableBuilder) => unknown>> = {
  // What tells schedules of one interval type apart that a machine may have several of: the cron expression; else empty.
  variant: (t) => t.string('variant', 100).notNullable().defaultTo(''),
  run_window: (t) => t.string('run_window', 11),
  jitter_minutes: (t) => t.integer('jitter_minutes').notNullable().defaultTo(0),
  catch_up: (t) => t.tinyint('catch_up').notNullable().defaultTo(1),
};

export async function up(db: Knex): Promise<void> {
  for (const [name, define] of Object.entries(COLUMNS)) {
    if (!(await db.schema.hasColumn('backup_schedule', name))) await db.schema.alterTable('backup_schedule', (t) => void define(t));
  }
  // In this order: MySQL and MariaDB need an index for the foreign key at any time.
  await createUniqueIndex(db, 'backup_schedule', ['vm_id', 'interval_type', 'variant'], 'uq_backup_schedule_variant');
  await dropUniqueIndex(db, 'backup_schedule', ['vm_id', 'interval_type'], 'uq_backup_schedule_interval');
}

/** What was made is found when the change is made again. */
export const down = (): Promise<void> => Promise.resolve();
