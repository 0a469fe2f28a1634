import type { Knex } from 'knex';
import { createTable, dropColumns, dropTables } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'lease', (t) => {
    t.bigIncrements('id');
    // What is done: a periodic task, or the operation of a request.
    t.string('name', 64).notNullable().unique({ indexName: 'uq_lease_name' });
    // Who does it, or did it last: a name that no other turn has.
    t.string('holder', 36).notNullable();
    t.datetime('until', { precision: 3 }).notNullable();
  });
  // A turn of each task is due, which does no harm; a server of an older version has none any more.
  await dropTables(db, ['periodic_task']);
  await db.schema.alterTable('async_job', (t) => void t.integer('deaths').notNullable().defaultTo(0));
}

export async function down(db: Knex): Promise<void> {
  await dropColumns(db, 'async_job', ['deaths']);
  await dropTables(db, ['lease']);
}
