import type { Knex } from 'knex';
import { createTable, dropTables, identity, reference } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'domain', (t) => {
    identity(t, 'domain');
    t.bigInteger('parent_id').unsigned().references('domain.id');
    t.string('name', 255).notNullable();
    t.string('path', 700).notNullable();
    t.unique(['path', 'live'], { indexName: 'uq_domain_path' });
  });
  await createTable(db, 'account', (t) => {
    identity(t, 'account');
    reference(t, 'domain_id', 'domain');
    t.string('name', 255).notNullable();
    t.string('role', 32).notNullable();
    t.string('state', 16).notNullable();
    t.unique(['domain_id', 'name', 'live'], { indexName: 'uq_account_name' });
  });
  await createTable(db, 'user', (t) => {
    identity(t, 'user');
    reference(t, 'account_id', 'account');
    reference(t, 'domain_id', 'domain');
    t.string('username', 255).notNullable();
    t.string('password_hash', 255).notNullable();
    t.string('first_name', 255).notNullable();
    t.string('last_name', 255).notNullable();
    t.string('email', 255).notNullable();
    t.string('timezone', 64);
    t.string('state', 16).notNullable();
    t.string('api_key', 255).unique({ indexName: 'uq_user_api_key' });
    t.text('secret_key');
    t.unique(['domain_id', 'username', 'live'], { indexName: 'uq_user_username' });
    t.index(['account_id', 'removed'], 'ix_user_account');
  });
  await createTable(db, 'session', (t) => {
    t.bigIncrements('id');
    t.string('token_hash', 64).notNullable().unique({ indexName: 'uq_session_token' });
    t.string('session_key_hash', 64).notNullable();
    reference(t, 'user_id', 'user').index('ix_session_user');
    t.datetime('created', { precision: 3 }).notNullable();
    t.datetime('last_used', { precision: 3 }).notNullable().index('ix_session_last_used');
  });
}

export const down = (db: Knex): Promise<void> => dropTables(db, ['session', 'user', 'account', 'domain']);
