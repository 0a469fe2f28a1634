import { parseArgs } from 'node:util';
import { unlockMigrations } from '../../db/migrations/index.js';
import { connectDatabase, describeDatabase, migrateTogether } from '../open-database.js';
import { installedSettings } from './settings.js';

/** `stackvault migrate [--unlock]`: brings the schema of the database up to date, also after a migration that was cut off. */
export async function migrateCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { unlock: { type: 'boolean' } } });
  const settings = installedSettings();
  const knex = await connectDatabase(settings);
  try {
    if (values.unlock) await unlockMigrations(knex);
    const applied = await migrateTogether(knex);
    const made = applied.length === 0 ? 'is up to date' : `was brought up to date: ${applied.join(', ')}`;
    process.stdout.write(`The database (${describeDatabase(settings)}) ${made}.\n`);
  } finally {
    await knex.destroy();
  }
}
