import type { Knex } from 'knex';
import { createTable, dropTables, reference } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'idempotent_answer', (t) => {
    t.bigIncrements('id');
    reference(t, 'account_id', 'account');
    t.string('idempotency_key', 255).notNullable();
    t.string('command', 64).notNullable();
    // Of the parameters, which may hold passwords.
    t.string('digest', 64).notNullable();
    // The thing that was changed or made, if the command said which.
    t.string('about', 36);
    // Sealed: it may hold keys.
    t.text('answer');
    t.datetime('created', { precision: 3 }).notNullable().index('ix_idempotent_answer_created');
    t.unique(['account_id', 'idempotency_key'], { indexName: 'uq_idempotent_answer_key' });
  });
}

export const down = (db: Knex): Promise<void> => dropTables(db, ['idempotent_answer']);
