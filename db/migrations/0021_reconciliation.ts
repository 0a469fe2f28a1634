import type { Knex } from 'knex';
import { createUniqueIndex, dropUniqueIndex } from './create-table.js';

const COLUMNS: Readonly<Record<string, Readonly<Record<string, (t: Knex.AlterTableBuilder) => unknown>>>> = {
  backups: {
    // Since when the provider does not show it, since when it counts as Missing, and when its remains were cleaned up.
    missed: (t) => t.datetime('missed', { precision: 3 }),
    lost: (t) => t.datetime('lost', { precision: 3 }),
    cleaned: (t) => t.datetime('cleaned', { precision: 3 }),
    // How often a look at the provider has changed the row.
    revision: (t) => t.integer('revision').notNullable().defaultTo(0),
  },
  // The revision of the backup that the fact belongs to: one may go and come again.
  usage_ledger: { revision: (t) => t.integer('revision').notNullable().defaultTo(0) },
};

export async function up(db: Knex): Promise<void> {
  for (const [table, columns] of Object.entries(COLUMNS)) {
    for (const [name, define] of Object.entries(columns)) {
      if (!(await db.schema.hasColumn(table, name))) await db.schema.alterTable(table, (t) => void define(t));
    }
  }
  // In this order: MySQL and MariaDB need an index for the foreign key at any time.
  await createUniqueIndex(db, 'usage_ledger', ['backup_id', 'fact', 'revision'], 'uq_usage_ledger_fact');
  await dropUniqueIndex(db, 'usage_ledger', ['backup_id', 'fact'], 'uq_usage_ledger_backup');
}

/** What was made is found when the change is made again. */
export const down = (): Promise<void> => Promise.resolve();
