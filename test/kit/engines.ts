import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { migrate } from '../../db/migrate.js';
import { isEmbedded } from '../../db/migrations/create-table.js';
import { connect } from '../../src/dao/connect.js';
import { Database } from '../../src/dao/database.js';
import { readSettings, type StaticSettings } from '../../src/settings/static-settings.js';
import { clearTables } from './clear-tables.js';
import { noteOpened } from './leaks.js';

export type Engine = 'sqlite' | 'mariadb';

const ENGINES: readonly Engine[] = ['sqlite', 'mariadb'];

/** Declares the tests once for each engine; there is no way to leave one out. */
export const forEachEngine = (declare: (engine: Engine) => void): void => describe.each(ENGINES)('on %s', declare);

/** An empty database and a folder, as a server of its own would have them. */
export interface Installation {
  readonly engine: Engine;
  readonly dataDir: string;
  /** As in the setting `db.url` of a server that is a process of its own: empty for the embedded database. */
  readonly dbUrl: string;
  /** The settings of a server on it in this process. */
  settings(overrides?: Readonly<Record<string, unknown>>): StaticSettings;
  connect(): Knex;
  /** Removes the database and the folder. */
  drop(): Promise<void>;
}

/** The `mysql://` address of a database on the run's MariaDB. */
const mariadbUrl = (database: string): string => `mysql://test:test@127.0.0.1:${environment('TEST_DB_PORT')}/${database}`;

/** The same by the socket, which takes half as long: for what runs in this process. */
const mariadbSocketUrl = (database: string): string =>
  `mysql://test:test@localhost/${database}?socketPath=${encodeURIComponent(environment('TEST_DB_SOCKET'))}`;

/** Makes an empty folder that goes with the test run. */
export const temporaryFolder = (what: string): string => mkdtempSync(join(environment('TEST_RUN_FOLDER'), `${what}-`));

/** Makes an empty database of the engine. */
export async function install(engine: Engine): Promise<Installation> {
  const dataDir = temporaryFolder('data');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  if (engine === 'mariadb') await onServer((server) => server.raw('create database ??', [name]));
  const closed = noteOpened(`the ${engine} database ${engine === 'mariadb' ? name : dataDir}`);
  const [dbUrl, url] = engine === 'mariadb' ? [mariadbUrl(name), mariadbSocketUrl(name)] : ['', ''];
  const own = { 'http.port': 0, 'data.dir': dataDir, 'db.url': url };
  return {
    engine,
    dataDir,
    dbUrl,
    settings: (overrides = {}) => readSettings({ ...own, ...overrides }, {}),
    connect: () => connect(url === '' ? { file: join(dataDir, 'stackvault.sqlite') } : { url }),
    drop: async () => {
      if (engine === 'mariadb') await onServer((server) => server.raw('drop database ??', [name]));
      rmSync(dataDir, { recursive: true });
      closed();
    },
  };
}

/**
 * Has the embedded database neither see to it that all is on the disk, because here no machine fails, nor wait long for a file that another
 * server has: servers in one process share its thread, and while one waits, the other cannot go on.
 */
export async function hasten(knex: Knex): Promise<void> {
  if (!isEmbedded(knex)) return;
  await knex.raw('pragma synchronous = off');
  await knex.raw('pragma busy_timeout = 50');
}

/** A migrated database that the tests of a file share. */
export interface TestDatabase {
  readonly engine: Engine;
  readonly db: Database;
  readonly installation: Installation;
}

/** Makes a migrated database for the surrounding `describe`; its tables are emptied before each test unless `keepRows` is set. */
export function testDatabase(engine: Engine, { keepRows = false } = {}): TestDatabase {
  let db: Database | undefined;
  let installation: Installation | undefined;
  beforeAll(async () => {
    installation = await install(engine);
    db = new Database(installation.connect());
    await hasten(db.knex);
    await migrate(db.knex);
  });
  if (!keepRows) beforeEach(async () => db && clearTables(db.knex));
  afterAll(async () => {
    await db?.knex.destroy();
    await installation?.drop();
  });
  return {
    engine,
    get db() {
      return present(db);
    },
    get installation() {
      return present(installation);
    },
  };
}

/** The value of something that `beforeAll` makes. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('this is there only while tests run, not while they are declared');
  return value;
}

async function onServer(work: (server: Knex) => Promise<unknown>): Promise<void> {
  const server = connect({ url: mariadbSocketUrl('mysql') });
  await Promise.resolve(work(server)).finally(() => server.destroy());
}

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: these tests run under jest with its globalSetup`);
  return value;
}
