import type { Knex } from 'knex';
import { createTable, dropTables, reference } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'event', (t) => {
    t.bigIncrements('id');
    t.string('uuid', 36).notNullable().unique({ indexName: 'uq_event_uuid' });
    t.string('type', 64).notNullable();
    t.string('level', 8).notNullable();
    t.string('state', 16).notNullable();
    t.string('description', 1024).notNullable();
    reference(t, 'user_id', 'user');
    reference(t, 'account_id', 'account');
    reference(t, 'domain_id', 'domain');
    t.string('request_id', 36).notNullable();
    t.string('operation_id', 36);
    t.string('resource_type', 32);
    t.string('resource_uuid', 36);
    t.string('resource_name', 255);
    t.string('machine_uuid', 36);
    t.tinyint('archived').notNullable();
    t.datetime('created', { precision: 3 }).notNullable().index('ix_event_created');
    // An operation is scheduled, started and completed once, however many servers work on it.
    t.unique(['operation_id', 'state'], { indexName: 'uq_event_operation' });
    t.index(['archived', 'id'], 'ix_event_archived');
    t.index(['account_id', 'archived', 'id'], 'ix_event_account');
    t.index(['domain_id', 'archived', 'id'], 'ix_event_domain');
    t.index(['resource_uuid', 'archived', 'id'], 'ix_event_resource');
    t.index(['machine_uuid', 'archived', 'id'], 'ix_event_machine');
    t.index(['type', 'archived', 'id'], 'ix_event_type');
  });
}

export const down = (db: Knex): Promise<void> => dropTables(db, ['event']);
