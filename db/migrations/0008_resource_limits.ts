import type { Knex } from 'knex';
import { createTable, dropTables } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  // The limits that owners have of their own: accounts and domains, so owner_id refers to no one table.
  await createTable(db, 'resource_limit', (t) => {
    t.bigIncrements('id');
    t.string('owner_kind', 16).notNullable();
    t.bigInteger('owner_id').unsigned().notNullable();
    t.integer('resource_type').notNullable();
    t.bigInteger('max').notNullable();
    t.unique(['owner_kind', 'owner_id', 'resource_type'], { indexName: 'uq_resource_limit' });
  });
  await createTable(db, 'limit_admission', (t) => {
    t.bigIncrements('id');
    t.string('owner_kind', 16).notNullable();
    t.bigInteger('owner_id').unsigned().notNullable();
    // The operation that was admitted last: whoever replaces it has seen what that operation took.
    t.string('latest', 36).notNullable();
    t.unique(['owner_kind', 'owner_id'], { indexName: 'uq_limit_admission' });
  });
}

export const down = (db: Knex): Promise<void> => dropTables(db, ['limit_admission', 'resource_limit']);
