import type { Knex } from 'knex';
import { createTable, dropTables, reference } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'async_job', (t) => {
    t.bigIncrements('id');
    t.string('uuid', 36).notNullable().unique({ indexName: 'uq_async_job_uuid' });
    // Names the work at the provider; made here, because the uuid may be chosen by the client.
    t.string('operation_id', 36).notNullable().unique({ indexName: 'uq_async_job_operation' });
    t.string('command', 64).notNullable();
    t.text('params', 'mediumtext').notNullable();
    reference(t, 'user_id', 'user');
    reference(t, 'account_id', 'account');
    reference(t, 'domain_id', 'domain');
    t.string('request_id', 36).notNullable();
    t.string('instance_type', 32);
    t.string('instance_uuid', 36);
    t.string('machine_uuid', 36);
    // Holds machine_uuid while the job runs: the unique key lets one job at a time work on a machine.
    t.string('running_machine', 36).unique({ indexName: 'uq_async_job_running_machine' });
    t.tinyint('status').notNullable();
    t.integer('result_code').notNullable().defaultTo(0);
    t.text('result', 'mediumtext');
    t.tinyint('percent');
    t.text('resume').notNullable();
    t.string('holder', 36);
    t.datetime('lease_until', { precision: 3 });
    t.integer('attempts').notNullable().defaultTo(0);
    t.integer('crashes').notNullable().defaultTo(0);
    t.datetime('created', { precision: 3 }).notNullable();
    t.datetime('completed', { precision: 3 });
    t.index(['status', 'id'], 'ix_async_job_status');
    t.index(['machine_uuid', 'status', 'id'], 'ix_async_job_machine');
    t.index(['instance_uuid', 'status'], 'ix_async_job_instance');
    t.index(['account_id', 'status', 'id'], 'ix_async_job_account');
  });
}

export const down = (db: Knex): Promise<void> => dropTables(db, ['async_job']);
