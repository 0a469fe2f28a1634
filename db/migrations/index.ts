import type { Knex } from 'knex';
import * as settings from './0001_settings.js';
import * as accounts from './0002_accounts.js';
import * as jobs from './0003_jobs.js';
import * as inventory from './0004_inventory.js';
import * as backups from './0005_backups.js';

type Migration = { up(db: Knex): Promise<void> };

/** Every change of the schema, oldest first. Append only: one that has landed is never edited. */
const MIGRATIONS: ReadonlyMap<string, Migration> = new Map([
  ['0001_settings', settings],
  ['0002_accounts', accounts],
  ['0003_jobs', jobs],
  ['0004_inventory', inventory],
  ['0005_backups', backups],
]);

const TABLE = 'schema_migration';

/** How the database's schema stands to this program's: `newer` means that a later version has been at work there. */
export type SchemaState = 'empty' | 'older' | 'current' | 'newer';

/** Compares the schema of the database with the one this program needs; changes nothing. */
export async function schemaState(db: Knex): Promise<SchemaState> {
  if (!(await db.schema.hasTable(TABLE))) return 'empty';
  const applied = new Set<string>((await db(TABLE).select('name')).map((row: { name: string }) => row.name));
  if ([...applied].some((name) => !MIGRATIONS.has(name))) return 'newer';
  if (applied.size === 0) return 'empty';
  return applied.size === MIGRATIONS.size ? 'current' : 'older';
}

/** Brings the schema up to date; several servers may do it at once. Answers the names of the changes made. */
export async function migrate(db: Knex): Promise<readonly string[]> {
  const [, applied] = (await db.migrate.latest({
    tableName: TABLE,
    migrationSource: {
      getMigrations: () => Promise.resolve([...MIGRATIONS.keys()]),
      getMigrationName: (name: string) => name,
      getMigration: (name: string) =>
        Promise.resolve({ ...MIGRATIONS.get(name), down: () => Promise.reject(new Error('there is no way back')) } as Knex.Migration),
    },
  })) as [number, string[]];
  return applied;
}

/** Takes away the lock that a server left behind when it died over a migration. */
export const unlockMigrations = (db: Knex): Promise<void> => db.migrate.forceFreeMigrationsLock({ tableName: TABLE });
