import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../kit/engines.js';
import { startProcess, type ServerProcess } from '../kit/process.js';
import { PROJECT, stackvault, type Ended } from '../kit/program.js';
import { present } from '../kit/engines.js';
import type { Keys } from '../kit/server.js';
import { guard, slowDown } from './sandbox.js';

const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { version: string };

let server: ServerProcess | undefined;
beforeAll(async () => (server = await startProcess()));
afterAll(() => server?.kill());

/** Runs the program with the settings of the server. */
const cli = (...args: string[]): Promise<Ended> => stackvault(args, { DATA_DIR: present(server).dataDir, HTTP_PORT: '0' });
const well = (stdout: unknown) => ({ code: 0, stdout, stderr: '' });
const badly = (stderr: unknown, code = 1) => ({ code, stdout: '', stderr });

describe('the program', () => {
  test.each([[], ['--help']])('explains itself, asked for %j', async (...args) => {
    expect(await stackvault(args)).toEqual(badly(expect.stringMatching(/^usage: stackvault <command>\n/), 0));
  });

  test.each(['backup', 'constructor', '--version'])('explains itself and fails when it does not know the command %s', async (name) => {
    expect(await stackvault([name])).toEqual(badly(expect.stringMatching(/^usage: stackvault <command>\n/), 2));
  });

  test('says its version', async () => {
    expect(await stackvault(['version'])).toEqual(well(`${version}\n`));
  });
});

describe('migrate', () => {
  test('makes the schema of an empty database, and says that it is up to date after that', async () => {
    const DATA_DIR = join(temporaryFolder('migrate'), 'new');
    const file = join(DATA_DIR, 'stackvault.sqlite');
    expect(await stackvault(['migrate'], { DATA_DIR })).toEqual(
      well(expect.stringMatching(`^The database \\(embedded, ${file}\\) was brought up to date: 0001_settings, `)),
    );
    expect(await stackvault(['migrate'], { DATA_DIR })).toEqual(well(`The database (embedded, ${file}) is up to date.\n`));
  });

  test('fails where there is no database', async () => {
    const { code, stderr } = await stackvault(['migrate'], { DB_URL: 'mysql://stack:geheim@127.0.0.1:1/vault' });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^stackvault migrate: the database \(MySQL, vault at 127\.0\.0\.1:1 as stack\) cannot be reached/),
    ]);
  });
});

describe('keys', () => {
  const asJson = async (...args: string[]) => JSON.parse((await cli('keys', '--json', ...args)).stdout) as Keys & { endpoint: string };

  test('shows endpoint and keys, for people and for scripts', async () => {
    const { endpoint, apikey, secretkey } = await asJson();
    expect(endpoint).toBe(present(server).endpoint);
    expect(await cli('keys')).toEqual(well(`endpoint    ${endpoint}\nAPI key     ${apikey}\nsecret key  ${secretkey}\n`));
    for (const key of [apikey, secretkey]) expect(key).toMatch(/^[\w-]{86}$/);
  });

  test('renews them: the server soon takes the new ones and no others', async () => {
    const before = await asJson();
    const after = await asJson('--renew');
    expect(after.apikey).not.toBe(before.apikey);
    expect(await asJson()).toEqual(after);
    expect((await cli('call', 'listZones', '--field', 'name')).stdout).toBe('sandbox\n');
    const old = await present(server).client(before);
    for (let refused = false; !refused;) refused = (await old.call('listZones').catch(() => undefined)) === undefined;
  });

  test('fails on a database that no server has been on', async () => {
    const folder = temporaryFolder('empty');
    const { code, stderr } = await stackvault(['keys'], { DATA_DIR: folder });
    expect([code, stderr]).toEqual([1, `stackvault keys: there is no server in ${folder} yet; start it once\n`]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('fails with an option that it does not know', async () => {
    expect(await cli('keys', '--forever')).toEqual(badly(expect.stringMatching(/^stackvault keys: Unknown option '--forever'.*\n$/)));
  });
});

describe('call', () => {
  test('prints a list as a table', async () => {
    const { stdout } = await cli('call', 'listVirtualMachines', 'listall=true');
    const [head, ...rows] = stdout.trimEnd().split('\n');
    expect(head?.split(/ {2,}/)).toEqual(['id', 'name', 'username', 'state', 'zonename', 'account']);
    expect(rows.map((row) => row.split(/ {2,}/).slice(1)).sort()).toEqual([
      ['db-1', 'admin', 'Running', 'sandbox', 'admin'],
      ['files-1', 'admin', 'Stopped', 'sandbox', 'admin'],
      ['web-1', 'admin', 'Running', 'sandbox', 'admin'],
    ]);
  });

  test('prints one object as lines, an empty list as words, all as JSON', async () => {
    expect((await cli('call', 'listCapabilities')).stdout).toMatch(/^cloudstackversion +4\.\d+/);
    expect(await cli('call', 'listBackupPolicies')).toEqual(well('nothing found\n'));
    expect(JSON.parse((await cli('call', 'listZones', '--json')).stdout)).toMatchObject({ count: 1, zone: [{ name: 'sandbox' }] });
  });

  test('prints one field of each item, a line each', async () => {
    const { stdout } = await cli('call', 'listVirtualMachines', '--field', 'name');
    expect(stdout.trimEnd().split('\n').sort()).toEqual(['db-1', 'files-1', 'web-1']);
    expect(await cli('call', 'listZones', '--field', 'nosuchfield')).toEqual(well('\n'));
  });

  test('keeps values as they are, whatever is in them', async () => {
    const name = 'Zürich = "best" & *~[x]';
    const args = ['call', 'createZone', `name=${name}`, 'networktype=Basic', 'dns1=10.0.0.1', 'internaldns1=10.0.0.1', '--field', 'name'];
    expect(await cli(...args)).toEqual(well(`${name}\n`));
  });

  test('follows a job to its end and shows how far it has come, but not among the results', async () => {
    const client = await present(server).client();
    const guarded = await guard(client);
    await slowDown(client, guarded, 2000);
    const { code, stdout, stderr } = await cli('call', 'createBackup', `virtualmachineid=${guarded.machineId}`);
    expect([code, stdout]).toEqual([0, 'success  true\n']);
    expect(stderr).toMatch(/\rrunning, \d+ s, \d+ % /);
    expect(stderr).toMatch(/\r\x1b\[K$/);
  });

  test('reports the failure of a job, with its text', async () => {
    const id = (await cli('call', 'listVirtualMachines', 'name=web-1', '--field', 'id')).stdout.trim();
    const { code, stdout, stderr } = await cli('call', 'createBackup', `virtualmachineid=${id}`);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.split('\x1b[K').at(-1)).toBe(`stackvault call: virtual machine ${id} has no backup offering\n`);
  });

  test.each([
    [
      ['listBackups', 'id=nonsense'],
      /^stackvault call: Unable to execute API command listbackups due to invalid value\. Invalid parameter id /,
    ],
    [['noSuchCommand'], /^stackvault call: The API \[noSuchCommand\] does not exist or is not available for the account admin\n$/],
    [['listZones', 'novalue'], /^stackvault call: "novalue" is not of the form key=value\n$/],
    [[], /^stackvault call: which command\? For example: stackvault call listZones\n$/],
  ])('reports a failure on the error output: %j', async (args, stderr) => {
    expect(await cli('call', ...args)).toEqual(badly(expect.stringMatching(stderr)));
  });

  test('takes another server from the environment, and all of it or nothing', async () => {
    const { apikey, secretkey } = await present(server).keys();
    const keys = { STACKVAULT_API_KEY: apikey, STACKVAULT_SECRET_KEY: secretkey };
    const DATA_DIR = temporaryFolder('elsewhere');
    const call = (env: Record<string, string>) =>
      stackvault(['call', 'listZones', 'name=sandbox', '--field', 'name'], { DATA_DIR, ...env });
    expect(await call({ ...keys, STACKVAULT_ENDPOINT: present(server).endpoint })).toEqual(well('sandbox\n'));
    expect(await call(keys)).toEqual(badly(expect.stringContaining('belong together: set all three or none')));
  });

  test('fails in one line when no server is there', async () => {
    const env = { STACKVAULT_ENDPOINT: 'http://127.0.0.1:1/client/api', STACKVAULT_API_KEY: 'a', STACKVAULT_SECRET_KEY: 's' };
    expect(await stackvault(['call', 'listZones'], env)).toEqual(badly(expect.stringMatching(/^stackvault call: .*127\.0\.0\.1:1.*\n$/)));
  });
});
