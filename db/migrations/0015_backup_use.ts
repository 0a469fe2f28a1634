import type { Knex } from 'knex';
import { createIndex } from './create-table.js';

/** What `BackupDao` adds up, so that no row has to be read for it. */
const ADDED_UP = ['removed', 'status', 'external_id', 'size_bytes', 'protected_size_bytes'];

export async function up(db: Knex): Promise<void> {
  await createIndex(db, 'backups', ['account_id', ...ADDED_UP], 'ix_backups_account_use');
  await createIndex(db, 'backups', ['domain_id', ...ADDED_UP], 'ix_backups_domain_use');
}

/** Those that were made are found when the change is made again. */
export const down = (): Promise<void> => Promise.resolve();
