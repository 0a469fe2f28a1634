import { migrate } from '../../db/migrate.js';
import { connectDatabase, describeDatabase } from '../open-database.js';
import { installedSettings } from './settings.js';

/** `stackvault migrate`: brings the schema of the database up to date, also after a migration that was cut off. */
export async function migrateCommand(): Promise<void> {
  const settings = installedSettings();
  const knex = await connectDatabase(settings);
  try {
    const applied = await migrate(knex);
    const made = applied.length === 0 ? 'is up to date' : `was brought up to date: ${applied.join(', ')}`;
    process.stdout.write(`The database (${describeDatabase(settings)}) ${made}.\n`);
  } finally {
    await knex.destroy();
  }
}
