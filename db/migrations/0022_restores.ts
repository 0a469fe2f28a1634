import type { Knex } from 'knex';
import { createTable, dropTables, reference } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'restore', (t) => {
    t.bigIncrements('id');
    t.string('uuid', 36).notNullable().unique({ indexName: 'uq_restore_uuid' });
    // A restore that is gone on with after a crash is written down once.
    t.string('operation_id', 36).notNullable().unique({ indexName: 'uq_restore_operation' });
    t.string('kind', 16).notNullable();
    // By their uuids: what is known of the restore stays when backup and machine are gone.
    t.string('backup_uuid', 36).notNullable();
    t.string('vm_uuid', 36).notNullable();
    reference(t, 'zone_id', 'zone');
    reference(t, 'account_id', 'account');
    reference(t, 'domain_id', 'domain');
    t.string('verdict', 16).notNullable();
    t.text('volumes', 'mediumtext').notNullable();
    t.datetime('created', { precision: 3 }).notNullable();
    t.index(['backup_uuid', 'id'], 'ix_restore_backup');
    t.index(['vm_uuid', 'id'], 'ix_restore_vm');
    t.index(['account_id', 'id'], 'ix_restore_account');
    t.index(['domain_id', 'id'], 'ix_restore_domain');
  });
}

export const down = (db: Knex): Promise<void> => dropTables(db, ['restore']);
