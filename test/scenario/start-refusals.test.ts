import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { migrate } from '../../db/migrate.js';
import { forEachEngine, install, present, temporaryFolder, type Installation } from '../kit/engines.js';
import { startProcess } from '../kit/process.js';
import { stackvault } from '../kit/program.js';
import { inDatabase } from './ledger.js';

type Env = Readonly<Record<string, string>>;

/** What `serve` says on its error output when it does not start; neither there nor on the standard output is a stack. */
async function refusal(env: Env): Promise<string> {
  const { code, stdout, stderr } = await stackvault(['serve'], { HTTP_PORT: '0', ...env });
  expect({ code, stdout }).toEqual({ code: 1, stdout: expect.not.stringContaining('server started') });
  expect(stderr).toMatch(/^stackvault serve: .+\n$/s);
  expect(stdout + stderr).not.toMatch(/^ +at |Error: /m);
  return stderr.slice('stackvault serve: '.length, -1);
}

describe('a server does not start', () => {
  let dataDir = '';
  beforeAll(() => (dataDir = temporaryFolder('refusals')));
  afterAll(() => rmSync(dataDir, { recursive: true }));

  test('with settings that have faults, and names them all', async () => {
    const env = { DATA_DIR: dataDir, HTTP_PORT: 'eighty', LOG_LEVEL: 'loud', SANDBOX_ENABLED: 'maybe' };
    expect(await refusal(env)).toBe(
      'the settings have faults:\n  http.port (HTTP_PORT): "eighty" is not a valid integer\n' +
        '  sandbox.enabled (SANDBOX_ENABLED): "maybe" is not a valid boolean\n  log.level (LOG_LEVEL): "loud" is not a valid level',
    );
  });

  test('on a port that is in use, and says which setting to change', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const text = await refusal({ DATA_DIR: dataDir, HTTP_PORT: String(port) });
      expect(text).toBe(`127.0.0.1:${port} is in use; set http.port (HTTP_PORT) to another`);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });

  test('on a port that there is not', async () => {
    expect(await refusal({ DATA_DIR: dataDir, HTTP_PORT: '99999' })).toMatch(/http\.port|HTTP_PORT|port/i);
  });

  test.each(['127.0.0.1', 'localhost'])('with a MySQL on %s that cannot be reached, without its password', async (host) => {
    const text = await refusal({ DATA_DIR: dataDir, DB_URL: `mysql://stack:geheim@${host}:1/vault` });
    expect(text).toMatch(new RegExp(`^the database \\(MySQL, vault at ${host}:1 as stack\\) cannot be reached: .*ECONNREFUSED`));
    expect(text).not.toContain('geheim');
  });

  test.each(['postgres://stack:geheim@127.0.0.1/vault', 'mysql://stack:geheim@127.0.0.1', 'geheim'])(
    'with the database address %s',
    async (url) => {
      const text = await refusal({ DATA_DIR: dataDir, DB_URL: url });
      expect(text).toBe('db.url must look like mysql://user:password@host:3306/database');
    },
  );

  test('with another secrets key than before', async () => {
    const folder = temporaryFolder('secrets');
    const env = { DATA_DIR: folder, SANDBOX_ENABLED: 'false' };
    // Brings the database and its key into being; that there are no plugins is noticed after that.
    expect((await stackvault(['serve'], { ...env, SECRETS_KEY: 'first', PLUGINS_DIR: '/nowhere' })).code).toBe(1);
    expect(await refusal({ ...env, SECRETS_KEY: 'second' })).toBe(
      'the secrets in the database were encrypted under another key; set secrets.key (SECRETS_KEY) to the one used before',
    );
    rmSync(folder, { recursive: true });
  });

  test('without its plugins folder', async () => {
    const folder = join(dataDir, 'no-plugins');
    expect(await refusal({ DATA_DIR: dataDir, PLUGINS_DIR: folder })).toBe(`there is no plugins folder ${folder}`);
  });

  test('without the web UI that it is to serve', async () => {
    expect(await refusal({ DATA_DIR: dataDir, UI_PATH: dataDir })).toBe(
      `the folder ${dataDir} has no index.html; set ui.path (UI_PATH) to that of a built web UI`,
    );
  });

  test('in the data folder of a server that runs, which goes on undisturbed', async () => {
    const server = await startProcess();
    expect(await refusal({ DATA_DIR: server.dataDir })).toBe(
      `another server uses the folder ${server.dataDir}; set data.dir (DATA_DIR) to another`,
    );
    expect(await server.command('call', 'listZones', '--field', 'name')).toBe('sandbox\n');
    await server.kill();
  });

  test('with a data folder that is a file', async () => {
    const file = join(dataDir, 'file');
    writeFileSync(file, '');
    expect(await refusal({ DATA_DIR: file })).toContain(file);
  });
});

forEachEngine((engine) => {
  let opened: Installation | undefined;
  beforeEach(async () => (opened = await install(engine)));
  afterEach(async () => opened?.drop());

  const envOf = ({ dataDir, dbUrl }: Installation): Env => ({ DATA_DIR: dataDir, DB_URL: dbUrl });

  test('a server does not start on the schema of a newer version', async () => {
    const installation = present(opened);
    await inDatabase(installation, async (knex) => {
      await migrate(knex);
      await knex('schema_migration').insert({ name: '9999_of_tomorrow', state: 'done' });
    });
    expect(await refusal(envOf(installation))).toBe('the database has the schema of a newer version; start that version instead');
  });

  test('a server does not start on the schema of an older version, and says how to update it', async () => {
    const installation = present(opened);
    await inDatabase(installation, async (knex) => {
      await migrate(knex);
      const { name } = await knex('schema_migration').orderBy('id', 'desc').first<{ name: string }>('name');
      await knex('schema_migration').where({ name }).delete();
    });
    expect(await refusal(envOf(installation))).toBe(
      'the database has the schema of an older version; run "stackvault migrate", then start again',
    );
  });
});
