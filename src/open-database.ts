import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { migrate, schemaState, waitForMigration } from '../db/migrate.js';
import { connect, readDatabaseUrl } from './dao/connect.js';
import { Database } from './dao/database.js';
import { Secrets } from './secrets.js';
import type { StaticSettings } from './settings/static-settings.js';

const SECRETS_CHECK = { name: 'secrets.check', scope: 'Internal', scopeId: 0 };
const CHECKED_TEXT = 'stackvault';

/** What the database is, in words without credentials. */
export function describeDatabase(settings: StaticSettings): string {
  if (settings['db.url'] === '') return `embedded, ${databaseFile(settings)}`;
  const { user, database, servers } = readDatabaseUrl(settings['db.url']);
  const places = servers.map((server) => ('socketPath' in server ? server.socketPath : `${server.host}:${server.port}`));
  return `MySQL, ${database} at ${places.join(', ')} as ${user}`;
}

/** Whether there is a database to look into: an embedded one is made by the first start of the server. */
export const hasDatabase = (settings: StaticSettings): boolean => settings['db.url'] !== '' || existsSync(databaseFile(settings));

/** Connects to the database that the settings name; one that cannot be reached is an error that says which. */
export async function connectDatabase(settings: StaticSettings): Promise<Knex> {
  mkdirSync(settings['data.dir'], { recursive: true, mode: 0o700 });
  const url = settings['db.url'];
  const knex = connect(url === '' ? { file: databaseFile(settings) } : { url });
  try {
    await knex.raw('select 1');
    return knex;
  } catch (error) {
    await knex.destroy();
    throw new Error(`the database (${describeDatabase(settings)}) cannot be reached: ${(error as Error).message}`, { cause: error });
  }
}

/** The database with the schema that this program needs: made if it is empty, refused if it is another version's. */
export async function openDatabase(settings: StaticSettings): Promise<Database> {
  const knex = await connectDatabase(settings);
  try {
    await waitForMigration(knex);
    const state = await schemaState(knex);
    if (state === 'older') throw new Error('the database has the schema of an older version; run "stackvault migrate", then start again');
    if (state === 'newer') throw new Error('the database has the schema of a newer version; start that version instead');
    if (state === 'empty') await migrate(knex);
    return new Database(knex);
  } catch (error) {
    await knex.destroy();
    throw error;
  }
}

/** The key of stored secrets; refuses one under which the secrets of this database were not sealed. */
export async function openSecrets(settings: StaticSettings, db: Database): Promise<Secrets> {
  const secrets = new Secrets(passphrase(settings));
  await db.daos.configuration.insertIfAbsent({ ...SECRETS_CHECK, value: secrets.seal(CHECKED_TEXT) });
  const sealed = await db.daos.configuration.findValue(SECRETS_CHECK.name, SECRETS_CHECK.scope, SECRETS_CHECK.scopeId);
  try {
    if (sealed !== undefined && secrets.open(sealed) === CHECKED_TEXT) return secrets;
  } catch (cause) {
    throw new Error('the secrets in the database were encrypted under another key; set secrets.key (SECRETS_KEY) to the one used before', {
      cause,
    });
  }
  throw new Error('the secrets in the database cannot be checked');
}

function passphrase(settings: StaticSettings): string {
  if (settings['secrets.key'] !== '') return settings['secrets.key'];
  if (settings['db.url'] === '') return keyFile(join(settings['data.dir'], 'secrets.key'));
  const { password } = readDatabaseUrl(settings['db.url']);
  if (password === '')
    throw new Error('secrets.key (SECRETS_KEY) is needed, because db.url has no password to encrypt stored secrets under');
  return password;
}

function keyFile(file: string): string {
  if (!existsSync(file)) {
    // Complete before it has its name: half a key would be taken for a whole one.
    writeFileSync(`${file}.new`, randomBytes(32).toString('base64url'), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  const key = readFileSync(file, 'utf8').trim();
  if (key === '') throw new Error(`the key file ${file} is empty; put the key back from a backup, or set secrets.key (SECRETS_KEY)`);
  return key;
}

const databaseFile = (settings: StaticSettings): string => join(settings['data.dir'], 'stackvault.sqlite');
