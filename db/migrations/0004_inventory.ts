import type { Knex } from 'knex';
import { createTable, dropTables, identity, reference } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'zone', (t) => {
    identity(t, 'zone');
    t.string('name', 255).notNullable();
    t.string('network_type', 16).notNullable();
    t.string('allocation_state', 16).notNullable();
    t.string('dns1', 64).notNullable();
    t.string('internal_dns1', 64).notNullable();
    t.unique(['name', 'live'], { indexName: 'uq_zone_name' });
  });
  await createTable(db, 'virtual_machine', (t) => {
    identity(t, 'virtual_machine');
    reference(t, 'zone_id', 'zone');
    reference(t, 'account_id', 'account');
    reference(t, 'domain_id', 'domain');
    t.string('name', 255).notNullable();
    t.string('display_name', 255).notNullable();
    t.string('state', 16).notNullable();
    t.string('hypervisor', 32).notNullable();
    t.integer('cpu_number').notNullable();
    t.integer('cpu_speed_mhz').notNullable();
    t.integer('memory_mb').notNullable();
    t.string('os_type', 255).notNullable();
    t.string('template_name', 255).notNullable();
    t.string('service_offering_name', 255).notNullable();
    t.text('settings', 'mediumtext').notNullable();
    t.text('nics', 'mediumtext').notNullable();
    // The restore that works on the machine now; while it is set, the machine is Restoring.
    t.string('restore_operation', 36).index('ix_vm_restore');
    t.index(['removed', 'id'], 'ix_vm_live');
    t.index(['account_id', 'removed', 'id'], 'ix_vm_account');
    t.index(['domain_id', 'removed', 'id'], 'ix_vm_domain');
    t.index(['zone_id', 'removed', 'id'], 'ix_vm_zone');
    t.index(['name', 'removed'], 'ix_vm_name');
  });
  await createTable(db, 'volume', (t) => {
    identity(t, 'volume');
    reference(t, 'zone_id', 'zone');
    reference(t, 'account_id', 'account');
    reference(t, 'domain_id', 'domain');
    t.bigInteger('vm_id').unsigned().references('virtual_machine.id');
    t.string('name', 255).notNullable();
    t.string('type', 16).notNullable();
    t.integer('device_number');
    t.bigInteger('size_bytes').notNullable();
    t.string('path', 1024).notNullable();
    t.string('digest', 255);
    t.string('state', 16).notNullable();
    // The restore that makes this volume: asked again, it finds the volume instead of making another.
    t.string('operation_id', 36).unique({ indexName: 'uq_volume_operation' });
    // The restore that writes the volume now; while it is set, the volume is Restoring.
    t.string('restore_operation', 36).index('ix_volume_restore');
    t.index(['removed', 'id'], 'ix_volume_live');
    t.index(['account_id', 'removed', 'id'], 'ix_volume_account');
    t.index(['domain_id', 'removed', 'id'], 'ix_volume_domain');
    t.index(['zone_id', 'removed', 'id'], 'ix_volume_zone');
    t.index(['vm_id', 'removed', 'id'], 'ix_volume_vm');
    t.index(['name', 'removed'], 'ix_volume_name');
  });
}

export const down = (db: Knex): Promise<void> => dropTables(db, ['volume', 'virtual_machine', 'zone']);
