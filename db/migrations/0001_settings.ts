import type { Knex } from 'knex';
import { createTable, dropTables } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'configuration', (t) => {
    t.bigIncrements('id');
    t.string('name', 190).notNullable();
    t.string('scope', 16).notNullable();
    t.bigInteger('scope_id').notNullable();
    t.text('value').notNullable();
    t.unique(['name', 'scope', 'scope_id'], { indexName: 'uq_configuration' });
  });
  await createTable(db, 'cache_change', (t) => {
    t.bigIncrements('id');
    t.string('topic', 32).notNullable();
    t.datetime('created', { precision: 3 }).notNullable().index('ix_cache_change_created');
  });
  await createTable(db, 'plugin_store', (t) => {
    t.bigIncrements('id');
    t.string('owner', 120).notNullable();
    t.string('entry_key', 190).notNullable();
    t.text('value', 'mediumtext').notNullable();
    t.bigInteger('version').notNullable();
    t.unique(['owner', 'entry_key'], { indexName: 'uq_plugin_store' });
  });
}

export const down = (db: Knex): Promise<void> => dropTables(db, ['plugin_store', 'cache_change', 'configuration']);
