import type { Knex } from 'knex';
import { createIndex, createUniqueIndex } from './create-table.js';

type Column = readonly [name: string, define: (t: Knex.AlterTableBuilder) => unknown];

const JOB_COLUMNS: readonly Column[] = [
  // 1 urgent, 2 asked for, 3 wanted by a schedule.
  ['priority', (t) => t.tinyint('priority').notNullable().defaultTo(2)],
  // The priority until the job has begun, then 0.
  ['turn', (t) => t.tinyint('turn').notNullable().defaultTo(2)],
  ['zone_id', (t) => t.bigInteger('zone_id').unsigned()],
  ['provider_key', (t) => t.string('provider_key', 300)],
  ['repository_key', (t) => t.string('repository_key', 36)],
  ['host_key', (t) => t.string('host_key', 300)],
  // Each holds a number below its limit while the job runs: the unique keys let no more jobs run than there are numbers.
  ['account_slot', (t) => t.string('account_slot', 40)],
  ['provider_slot', (t) => t.string('provider_slot', 320)],
  ['repository_slot', (t) => t.string('repository_slot', 60)],
  ['host_slot', (t) => t.string('host_slot', 320)],
  ['retries', (t) => t.integer('retries').notNullable().defaultTo(0)],
  ['fault', (t) => t.text('fault')],
  ['done_bytes', (t) => t.bigInteger('done_bytes')],
  ['total_bytes', (t) => t.bigInteger('total_bytes')],
  ['bytes_per_second', (t) => t.double('bytes_per_second')],
  ['stage', (t) => t.string('stage', 64)],
  ['progressed', (t) => t.datetime('progressed', { precision: 3 })],
  ['cancel_requested', (t) => t.datetime('cancel_requested', { precision: 3 })],
];

export async function up(db: Knex): Promise<void> {
  await addColumns(db, 'async_job', JOB_COLUMNS);
  await addColumns(db, 'virtual_machine', [['host', (t) => t.string('host', 255)]]);
  await db('async_job').whereNotNull('backup_schedule_id').update({ priority: 3, turn: 3 });
  await db('async_job').where('attempts', '>', 0).update({ turn: 0 });
  await createIndex(db, 'async_job', ['status', 'turn', 'account_id', 'id'], 'ix_async_job_turn');
  for (const limited of ['account', 'provider', 'repository', 'host']) {
    await createUniqueIndex(db, 'async_job', [`${limited}_slot`], `uq_async_job_${limited}_slot`);
  }
}

/** What was made is found when the change is made again. */
export const down = (): Promise<void> => Promise.resolve();

async function addColumns(db: Knex, table: string, columns: readonly Column[]): Promise<void> {
  for (const [name, define] of columns) {
    if (!(await db.schema.hasColumn(table, name))) await db.schema.alterTable(table, (t) => void define(t));
  }
}
