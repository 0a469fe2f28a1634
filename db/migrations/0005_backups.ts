import type { Knex } from 'knex';
import { createTable, dropTables, identity, reference } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'backup_policy', (t) => {
    identity(t, 'backup_policy');
    reference(t, 'zone_id', 'zone');
    t.string('name', 255).notNullable();
    t.string('description', 255).notNullable();
    t.string('external_id', 255).notNullable();
    t.string('provider', 64).notNullable();
    t.tinyint('user_driven').notNullable();
    t.unique(['zone_id', 'external_id', 'live'], { indexName: 'uq_backup_policy_external_id' });
    t.unique(['zone_id', 'name', 'live'], { indexName: 'uq_backup_policy_name' });
    t.index(['removed', 'id'], 'ix_backup_policy_live');
  });
  await createTable(db, 'backup_policy_vm_map', (t) => {
    t.bigIncrements('id');
    reference(t, 'vm_id', 'virtual_machine').unique('uq_backup_policy_vm_map_vm');
    reference(t, 'policy_id', 'backup_policy').index('ix_backup_policy_vm_map_policy');
    reference(t, 'zone_id', 'zone');
    t.string('state', 16).notNullable();
    t.string('operation_id', 36).notNullable().index('ix_backup_policy_vm_map_operation');
    t.string('external_id', 255);
    t.datetime('created', { precision: 3 }).notNullable();
  });
  await createTable(db, 'backups', (t) => {
    identity(t, 'backups');
    reference(t, 'vm_id', 'virtual_machine');
    reference(t, 'policy_id', 'backup_policy');
    reference(t, 'zone_id', 'zone');
    reference(t, 'account_id', 'account');
    reference(t, 'domain_id', 'domain');
    t.string('provider', 64).notNullable();
    t.string('name', 255).notNullable();
    t.string('description', 1024);
    t.string('external_id', 255);
    t.string('type', 16).notNullable();
    t.string('status', 16).notNullable();
    t.bigInteger('size_bytes').notNullable().defaultTo(0);
    t.bigInteger('protected_size_bytes').notNullable().defaultTo(0);
    // The operation that takes the backup: asked again, it finds the row instead of making another.
    t.string('operation_id', 36).unique({ indexName: 'uq_backups_operation' });
    t.text('manifest', 'mediumtext').notNullable();
    t.unique(['zone_id', 'provider', 'external_id', 'live'], { indexName: 'uq_backups_external_id' });
    t.index(['removed', 'id'], 'ix_backups_live');
    t.index(['vm_id', 'removed', 'id'], 'ix_backups_vm');
    t.index(['account_id', 'removed', 'id'], 'ix_backups_account');
    t.index(['domain_id', 'removed', 'id'], 'ix_backups_domain');
    t.index(['zone_id', 'removed', 'id'], 'ix_backups_zone');
    t.index(['policy_id', 'removed', 'id'], 'ix_backups_policy');
    t.index(['name', 'removed'], 'ix_backups_name');
  });
}

export const down = (db: Knex): Promise<void> => dropTables(db, ['backups', 'backup_policy_vm_map', 'backup_policy']);
