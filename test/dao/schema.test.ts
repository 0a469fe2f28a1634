import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Knex } from 'knex';
import { migrate, schemaState } from '../../db/migrate.js';
import { forEachEngine, install, type Engine, type Installation } from '../kit/engines.js';

const PROGRAM = fileURLToPath(new URL('../../bin/stackvault.js', import.meta.url));
const CHANGES = [
  '0001_settings',
  '0002_accounts',
  '0003_jobs',
  '0004_inventory',
  '0005_backups',
  '0006_roles_and_guards',
  '0007_schedules_and_repositories',
  '0008_resource_limits',
  '0009_events',
  '0010_machines',
  '0011_usage',
  '0012_capacity',
  '0014_account_lifecycle',
  '0015_backup_use',
  '0016_scheduled_backups',
  '0017_idempotency',
  '0018_job_turns',
  '0021_reconciliation',
  '0022_restores',
  '0023_cron_schedules',
  '0024_retention',
  '0025_webhooks',
  '0027_attached_volumes',
  '0029_idempotent_answers',
  '0030_periodic_holders',
  '0031_signs_of_life',
];

/** An empty database for each test. */
function emptyDatabase(engine: Engine) {
  let installation: Installation;
  let knex: Knex;
  beforeEach(async () => {
    installation = await install(engine);
    knex = installation.connect();
  });
  afterEach(async () => {
    await knex.destroy();
    await installation.drop();
  });
  return { installation: () => installation, knex: () => knex };
}

const changesIn = async (knex: Knex): Promise<string[]> => (await knex('schema_migration').orderBy('id')).map(({ name }) => name as string);

forEachEngine((engine) => {
  const { installation, knex } = emptyDatabase(engine);

  describe('the schema', () => {
    test('is empty before the first migration and current after it', async () => {
      expect(await schemaState(knex())).toBe('empty');
      expect(await migrate(knex())).toEqual(CHANGES);
      expect(await schemaState(knex())).toBe('current');
      expect(await migrate(knex())).toEqual([]);
    });

    test('is older when a change is missing, and newer when one is unknown', async () => {
      await migrate(knex());
      await knex()('schema_migration').where('name', CHANGES.at(-1)).update({ name: '9999_from_the_future' });
      expect(await schemaState(knex())).toBe('newer');
      await knex()('schema_migration').where('name', '9999_from_the_future').delete();
      expect(await schemaState(knex())).toBe('older');
    });

    test('is empty when a migration was cut off before its first change', async () => {
      await migrate(knex());
      await knex()('schema_migration').delete();
      expect(await schemaState(knex())).toBe('empty');
    });
  });

  test.each([
    '0007_schedules_and_repositories',
    '0010_machines',
    '0015_backup_use',
    '0016_scheduled_backups',
    '0017_idempotency',
    '0018_job_turns',
    '0021_reconciliation',
    '0023_cron_schedules',
    '0024_retention',
    '0027_attached_volumes',
    '0029_idempotent_answers',
    '0031_signs_of_life',
  ])('%s, a change of a table, is made again after it was cut off', async (again) => {
    await migrate(knex());
    await knex()('schema_migration').where('name', again).update({ state: 'begun' });
    expect(await migrate(knex())).toEqual([again]);
    expect(await schemaState(knex())).toBe('current');
  });

  test('processes that migrate at the same time make each change once', async () => {
    const { dataDir, dbUrl } = installation();
    const env = { PATH: process.env.PATH, DATA_DIR: dataDir, DB_URL: dbUrl };
    const run = () => promisify(execFile)(process.execPath, [PROGRAM, 'migrate'], { env });
    const outputs = (await Promise.all([run(), run(), run()])).map(({ stdout }) => stdout);
    expect(outputs.filter((text) => text.includes('is up to date'))).toHaveLength(2);
    expect(outputs.filter((text) => text.includes(CHANGES.join(', ')))).toHaveLength(1);
    expect(await changesIn(knex())).toEqual(CHANGES);
    expect(await schemaState(knex())).toBe('current');
  });
});

describe('on mariadb', () => {
  const { installation, knex } = emptyDatabase('mariadb');

  test('connections that migrate at the same time make each change once', async () => {
    const others = [installation().connect(), installation().connect()];
    try {
      const made = await Promise.all([knex(), ...others].map((connection) => migrate(connection)));
      expect(made.flat().sort()).toEqual(CHANGES);
      expect(await changesIn(knex())).toEqual(CHANGES);
    } finally {
      await Promise.all(others.map((connection) => connection.destroy()));
    }
  });

  test('every table is of InnoDB and has a primary key, as a Galera cluster needs it', async () => {
    await migrate(knex());
    const tables = (await knex()('information_schema.tables as t')
      .leftJoin('information_schema.table_constraints as c', (join) =>
        join.on('c.table_schema', 't.table_schema').andOn('c.table_name', 't.table_name').andOnVal('c.constraint_type', 'PRIMARY KEY'),
      )
      .whereRaw('t.table_schema = database()')
      .select({ name: 't.table_name', engine: 't.engine', key: 'c.constraint_type' })) as { name: string; engine: string; key: string }[];
    expect(tables.length).toBeGreaterThan(20);
    expect(tables.filter(({ engine, key }) => engine !== 'InnoDB' || key !== 'PRIMARY KEY')).toEqual([]);
  });
});

test('both engines have the same tables and columns', async () => {
  expect(await columnsOf('sqlite')).toEqual(await columnsOf('mariadb'));
});

async function columnsOf(engine: Engine): Promise<string[]> {
  const installation = await install(engine);
  const knex = installation.connect();
  try {
    await migrate(knex);
    const all =
      engine === 'sqlite'
        ? `select t.name || '.' || c.name || case when c."notnull" or c.pk then ' not null' else '' end as col
             from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table' and t.name not like 'sqlite%'`
        : `select concat(table_name, '.', column_name, if(is_nullable = 'NO', ' not null', '')) as col
             from information_schema.columns where table_schema = database()`;
    const answer = (await knex.raw(all)) as unknown;
    const rows = (engine === 'sqlite' ? answer : (answer as unknown[])[0]) as { col: string }[];
    return rows
      .map(({ col }) => col)
      .filter((col) => !col.startsWith('schema_migration'))
      .sort();
  } finally {
    await knex.destroy();
    await installation.drop();
  }
}
