import type { Knex } from 'knex';
import { createTable, dropTables, reference } from './create-table.js';

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'usage_ledger', (t) => {
    t.bigIncrements('id');
    t.string('fact', 16).notNullable();
    reference(t, 'vm_id', 'virtual_machine');
    reference(t, 'policy_id', 'backup_policy');
    reference(t, 'zone_id', 'zone');
    reference(t, 'account_id', 'account');
    reference(t, 'domain_id', 'domain');
    t.bigInteger('backup_id').unsigned().references('backups.id');
    // What the fact adds or, negative, takes away: reasons to count the machine, and bytes.
    t.tinyint('reasons').notNullable();
    t.bigInteger('stored_bytes').notNullable();
    t.bigInteger('logical_bytes').notNullable();
    t.datetime('created', { precision: 3 }).notNullable();
    t.unique(['backup_id', 'fact'], { indexName: 'uq_usage_ledger_backup' });
    t.index(['account_id', 'vm_id', 'policy_id', 'created'], 'ix_usage_ledger_account');
    t.index(['domain_id', 'account_id', 'vm_id', 'policy_id', 'created'], 'ix_usage_ledger_domain');
    t.index(['vm_id', 'policy_id', 'created'], 'ix_usage_ledger_vm');
  });
  await enterWhatIsThere(db);
}

/** What was assigned and backed up before there was a ledger. */
async function enterWhatIsThere(db: Knex): Promise<void> {
  const columns = 'fact, vm_id, policy_id, zone_id, account_id, domain_id, backup_id, reasons, stored_bytes, logical_bytes, created';
  await db.raw(
    `insert into usage_ledger (${columns})
      select 'Assigned', map.vm_id, map.policy_id, map.zone_id, vm.account_id, vm.domain_id, null, 1, 0, 0, map.created
      from backup_policy_vm_map map join virtual_machine vm on vm.id = map.vm_id where map.state <> 'Assigning'`,
  );
  await db.raw(
    `insert into usage_ledger (${columns})
      select 'Held', vm_id, policy_id, zone_id, account_id, domain_id, id, 1, size_bytes, protected_size_bytes, created
      from backups where removed is null and external_id is not null`,
  );
}

export const down = (db: Knex): Promise<void> => dropTables(db, ['usage_ledger']);
