import type { Knex } from 'knex';
import { createTable, dropTables, reference } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'periodic_task', (t) => {
    t.bigIncrements('id');
    t.string('name', 64).notNullable().unique({ indexName: 'uq_periodic_task_name' });
    t.datetime('due', { precision: 3 }).notNullable();
  });
  await createTable(db, 'backup_storage_capacity', (t) => {
    t.bigIncrements('id');
    reference(t, 'zone_id', 'zone').unique('uq_backup_storage_capacity_zone');
    t.bigInteger('used_bytes').notNullable();
    t.bigInteger('total_bytes').notNullable();
    t.datetime('measured', { precision: 3 }).notNullable();
    t.tinyint('alerted').notNullable();
  });
  await createTable(db, 'alert', (t) => {
    t.bigIncrements('id');
    t.string('uuid', 36).notNullable().unique({ indexName: 'uq_alert_uuid' });
    t.smallint('type').notNullable();
    t.string('description', 1024).notNullable();
    t.tinyint('archived').notNullable();
    t.datetime('created', { precision: 3 }).notNullable();
    t.index(['archived', 'id'], 'ix_alert_archived');
    t.index(['type', 'archived', 'id'], 'ix_alert_type');
  });
}

export const down = (db: Knex): Promise<void> => dropTables(db, ['alert', 'backup_storage_capacity', 'periodic_task']);
