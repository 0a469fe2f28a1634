import type { Knex } from 'knex';
import { createTable, dropTables, identity, reference } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'backup_schedule', (t) => {
    t.bigIncrements('id');
    t.string('uuid', 36).notNullable().unique({ indexName: 'uq_backup_schedule_uuid' });
    reference(t, 'vm_id', 'virtual_machine');
    reference(t, 'account_id', 'account');
    reference(t, 'domain_id', 'domain');
    t.string('interval_type', 16).notNullable();
    t.string('schedule', 100).notNullable();
    t.string('timezone', 100).notNullable();
    t.integer('max_backups').notNullable();
    t.tinyint('quiesce_vm');
    // Whoever moves it on runs the schedule: each due time is run once, on any number of servers.
    t.datetime('next_run', { precision: 3 }).notNullable().index('ix_backup_schedule_next_run');
    t.datetime('created', { precision: 3 }).notNullable();
    t.unique(['vm_id', 'interval_type'], { indexName: 'uq_backup_schedule_interval' });
    t.index(['account_id', 'id'], 'ix_backup_schedule_account');
    t.index(['domain_id', 'id'], 'ix_backup_schedule_domain');
  });
  await createTable(db, 'backup_repository', (t) => {
    identity(t, 'backup_repository');
    reference(t, 'zone_id', 'zone');
    t.string('name', 255).notNullable();
    t.string('provider', 64).notNullable();
    t.string('type', 16).notNullable();
    t.string('address', 1024).notNullable();
    // Sealed: there may be a password among them.
    t.text('mount_options').notNullable();
    t.bigInteger('capacity_bytes');
    t.tinyint('cross_zone').notNullable();
    t.index(['removed', 'id'], 'ix_backup_repository_live');
    t.index(['zone_id', 'removed', 'id'], 'ix_backup_repository_zone');
    t.index(['name', 'removed'], 'ix_backup_repository_name');
  });
  // `down` leaves it alone: a change that was cut off finds it when it is made again.
  if (await db.schema.hasColumn('backups', 'backup_schedule_id')) return;
  // The schedule that took the backup; it may be gone.
  await db.schema.alterTable('backups', (t) => void t.bigInteger('backup_schedule_id').unsigned());
}

export const down = (db: Knex): Promise<void> => dropTables(db, ['backup_repository', 'backup_schedule']);
