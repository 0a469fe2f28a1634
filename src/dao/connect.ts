import knex, { type Knex } from 'knex';
import { LRUCache } from 'lru-cache';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { clusterClient, type DatabaseServer } from './cluster-client.js';

/** Columns that hold a moment: `datetime(3)` in MySQL, milliseconds since 1970 in SQLite, always a `Date` in a row. */
const MOMENTS = new Set([
  'cancelRequested',
  'cleaned',
  'attached',
  'created',
  'due',
  'held',
  'failingSince',
  'removed',
  'started',
  'completed',
  'lastFailedLogin',
  'lastUsed',
  'leaseUntil',
  'lost',
  'measured',
  'missed',
  'nextRun',
  'progressed',
  'until',
  'vmRemoved',
]);
/** Columns that hold yes or no: a number in both engines, always a boolean in a row. */
const FLAGS = new Set([
  'alerted',
  'archived',
  'byRule',
  'catchUp',
  'crossZone',
  'hasChild',
  'isDefault',
  'isPublic',
  'keepManual',
  'quiesceVm',
  'sslVerification',
  'userDriven',
]);

/** Where the database is: an embedded SQLite file, or a MySQL or MariaDB server. */
export type DatabaseLocation = { readonly file: string } | { readonly url: string };

/** Opens the database; columns are snake_case there, rows camelCase here, and this is the one place that knows. */
export function connect(location: DatabaseLocation): Knex {
  return knex({
    ...('file' in location ? embedded(location.file) : server(location.url)),
    // What goes wrong is thrown, and logged where it is caught.
    log: { warn: silent, error: silent, debug: silent, deprecate: silent },
    // Values in error messages would end in the log.
    compileSqlOnError: false,
    wrapIdentifier: (name, wrap) => (name === '*' ? name : wrap(snakeCase(name))),
    postProcessResponse: (response: unknown) => (Array.isArray(response) ? response.map(toRow) : toRow(response)),
  });
}

const silent = (): void => undefined;

function embedded(file: string): Knex.Config {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return {
    client: 'better-sqlite3',
    connection: { filename: file },
    useNullAsDefault: true,
    pool: {
      // One connection: SQLite has one writer, and statements run on this thread anyway.
      min: 1,
      max: 1,
      afterCreate: (connection: SqliteConnection, done: (error: Error | null) => void) => {
        connection.pragma('journal_mode = WAL');
        connection.pragma('synchronous = FULL');
        connection.pragma('foreign_keys = ON');
        connection.pragma('busy_timeout = 5000');
        rememberStatements(connection);
        done(null);
      },
    },
  };
}

/** What is used of a connection to SQLite beside knex. */
interface SqliteConnection {
  pragma(text: string): void;
  prepare(sql: string): object;
}

const MOST_STATEMENTS = 500;

/** To prepare a statement takes as long as to run it. SQLite itself prepares one again whose tables have changed. */
function rememberStatements(connection: SqliteConnection): void {
  const prepared = new LRUCache<string, object>({ max: MOST_STATEMENTS });
  const prepare = connection.prepare.bind(connection);
  connection.prepare = (sql) => {
    const statement = prepared.get(sql) ?? prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
}

function server(url: string): Knex.Config {
  const { servers, ...login } = readDatabaseUrl(url);
  return {
    client: clusterClient(servers),
    connection: { ...login, timezone: 'Z', charset: 'utf8mb4', supportBigNumbers: true },
    pool: { min: 0, max: 20 },
  };
}

const UP_TO_SERVERS = /^(\w+:\/\/(?:[^@/]*@)?)([^@/?]+)/;

/** The parts of `mysql://user:password@host:port,host:port/database` or `mysql://user@localhost/database?socketPath=/path`. */
export function readDatabaseUrl(url: string) {
  try {
    const [upToThem = '', scheme = '', places = ''] = UP_TO_SERVERS.exec(url) ?? [];
    const [first = '', ...others] = places.split(',');
    const { protocol, username, password, pathname, searchParams } = new URL(`${scheme}${first}${url.slice(upToThem.length)}`);
    const database = decodeURIComponent(pathname.slice(1));
    const socketPath = searchParams.get('socketPath');
    if (['mysql:', 'mariadb:'].includes(protocol) && database !== '') {
      return {
        user: decodeURIComponent(username),
        password: decodeURIComponent(password),
        database,
        servers: socketPath ? [{ socketPath }] : [first, ...others].map(serverOf),
      };
    }
  } catch {
    // What is wrong with it is not said: the text may hold a password.
  }
  throw new Error('db.url must look like mysql://user:password@host:3306/database');
}

function serverOf(text: string): DatabaseServer {
  const { hostname, port } = new URL(`mysql://${text}`);
  return { host: hostname, port: Number(port || '3306') };
}

const remembered = <V>(work: (name: string) => V) => {
  const known = new Map<string, V>();
  return (name: string): V => {
    const value = known.get(name) ?? work(name);
    known.set(name, value);
    return value;
  };
};
const snakeCase = remembered((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
const camelCase = remembered((name) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));

function toRow(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Buffer.isBuffer(value)) return value;
  const row: Record<string, unknown> = {};
  for (const [column, content] of Object.entries(value)) {
    const name = camelCase(column);
    if (MOMENTS.has(name) && typeof content === 'number') row[name] = new Date(content);
    else if (FLAGS.has(name) && content !== null) row[name] = Boolean(content);
    else row[name] = content;
  }
  return row;
}
