import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Knex } from 'knex';
import { MIGRATIONS } from './migrations/index.js';

const DONE = 'schema_migration';
const LOCK = 'schema_migration_lock';
const LEASE_MS = 60_000;
const LOOK_EVERY_MS = 100;

/** How the database's schema stands to this program's: `newer` means that a later version has been at work there. */
export type SchemaState = 'empty' | 'older' | 'current' | 'newer';

/** Compares the schema of the database with the one this program needs; changes nothing. */
export async function schemaState(db: Knex): Promise<SchemaState> {
  if (!(await db.schema.hasTable(DONE))) return 'empty';
  const done = await namesIn(db, 'done');
  if ([...done].some((name) => !MIGRATIONS.has(name))) return 'newer';
  if (done.size === 0) return 'empty';
  return done.size === MIGRATIONS.size ? 'current' : 'older';
}

/**
 * Brings the schema up to date and answers the names of the changes made. Several servers may do it at once: one does, the others
 * wait. A change that was cut off by a crash is undone and made again.
 */
export async function migrate(db: Knex): Promise<readonly string[]> {
  await prepare(db);
  const holder = randomUUID();
  while (!(await acquire(db, holder))) await pause(LOOK_EVERY_MS);
  const renewal = setInterval(() => void renew(db, holder).catch(() => undefined), LEASE_MS / 3);
  try {
    return await makeMissing(db);
  } finally {
    clearInterval(renewal);
    await db(LOCK).where({ id: 1, holder }).update({ holder: null });
  }
}

async function makeMissing(db: Knex): Promise<readonly string[]> {
  const [done, begun] = [await namesIn(db, 'done'), await namesIn(db, 'begun')];
  const made: string[] = [];
  for (const [name, migration] of MIGRATIONS) {
    if (done.has(name)) continue;
    if (begun.has(name)) await migration.down(db);
    else await db(DONE).insert({ name, state: 'begun' });
    await migration.up(db);
    await db(DONE).where({ name }).update({ state: 'done' });
    made.push(name);
  }
  return made;
}

const namesIn = async (db: Knex, state: string): Promise<ReadonlySet<string>> => {
  const rows = (await db(DONE).where({ state }).select('name')) as { name: string }[];
  return new Set(rows.map(({ name }) => name));
};

/** The tables that the migrator itself needs; made by whoever is first. */
async function prepare(db: Knex): Promise<void> {
  await createIfMissing(db, DONE, (t) => {
    t.increments('id');
    t.string('name', 190).notNullable().unique();
    t.string('state', 16).notNullable();
  });
  await createIfMissing(db, LOCK, (t) => {
    // A primary key is there with the table; a unique index would come after it, and another process may be in between.
    t.increments('id');
    t.string('holder', 36);
    t.bigInteger('lease_until').notNullable();
  });
  await db(LOCK).insert({ id: 1, holder: null, leaseUntil: 0 }).onConflict('id').ignore();
}

async function createIfMissing(db: Knex, table: string, define: (t: Knex.CreateTableBuilder) => void): Promise<void> {
  if (await db.schema.hasTable(table)) return;
  try {
    await db.schema.createTable(table, define);
  } catch (error) {
    if (!(await db.schema.hasTable(table))) throw error;
  }
}

/** Waits until no server is changing the schema. */
export async function waitForMigration(db: Knex): Promise<void> {
  if (!(await db.schema.hasTable(LOCK))) return;
  while ((await db(LOCK).whereNotNull('holder').where('leaseUntil', '>=', Date.now()).first('id')) !== undefined) {
    await pause(LOOK_EVERY_MS);
  }
}

async function acquire(db: Knex, holder: string): Promise<boolean> {
  const free = db(LOCK)
    .where({ id: 1 })
    .where((lock) => void lock.whereNull('holder').orWhere('leaseUntil', '<', Date.now()));
  return (await free.update({ holder, leaseUntil: Date.now() + LEASE_MS })) === 1;
}

const renew = (db: Knex, holder: string) =>
  db(LOCK)
    .where({ id: 1, holder })
    .update({ leaseUntil: Date.now() + LEASE_MS });
