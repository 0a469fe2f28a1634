import { connectDatabase, describeDatabase, migrateTogether } from '../open-database.js';
import { installedSettings } from './settings.js';

/** `stackvault migrate`: brings the schema of the database up to date. */
export async function migrateCommand(): Promise<void> {
  const settings = installedSettings();
  const knex = await connectDatabase(settings);
  try {
    const applied = await migrateTogether(knex);
    const made = applied.length === 0 ? 'is up to date' : `was brought up to date: ${applied.join(', ')}`;
    process.stdout.write(`The database (${describeDatabase(settings)}) ${made}.\n`);
  } finally {
    await knex.destroy();
  }
}
