import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { forEachEngine, install, present, type Installation } from '../kit/engines.js';
import { startProcess } from '../kit/process.js';
import { send } from '../kit/raw-request.js';

interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly apikey: string;
  readonly secretkey: string;
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

forEachEngine((engine) => {
  let opened: Installation | undefined;
  beforeEach(async () => (opened = await install(engine)));
  afterEach(async () => opened?.drop());

  /** Starts a server whose data folder is not there yet. */
  const start = () => {
    const { dataDir, dbUrl } = present(opened);
    return startProcess({ dataDir: join(dataDir, 'new', 'folder'), dbUrl });
  };
  const fileOf = (dataDir: string) => join(dataDir, 'admin-credentials.json');
  const read = (dataDir: string) => JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as Credentials;

  test('the first start makes an administrator whose credentials work', async () => {
    const server = await start();
    const { username, password, apikey, secretkey } = read(server.dataDir);
    expect(await (await server.client({ apikey, secretkey })).call('listZones')).toMatchObject({ zone: [{ name: 'sandbox' }] });
    const login = await send(server.endpoint, { form: { command: 'login', response: 'json', username, password } });
    expect(login.body).toMatchObject({ loginresponse: { username: 'admin', type: '1' } });
    await server.kill();
  });

  test('only the owner can read what the server writes', async () => {
    const server = await start();
    const { dataDir } = server;
    expect(modeOf(dataDir)).toBe('700');
    expect(modeOf(fileOf(dataDir))).toBe('600');
    if (existsSync(join(dataDir, 'secrets.key'))) expect(modeOf(join(dataDir, 'secrets.key'))).toBe('600');
    await server.kill();
  });

  test('the credentials are shown once, and a later start leaves them alone', async () => {
    const first = await start();
    const { password, apikey, secretkey } = read(first.dataDir);
    for (const shown of [password, apikey, secretkey]) expect(first.text.split(shown)).toHaveLength(2);
    await first.kill();
    rmSync(fileOf(first.dataDir));

    const second = await start();
    for (const secret of [password, apikey, secretkey]) expect(second.text).not.toContain(secret);
    expect(existsSync(fileOf(second.dataDir))).toBe(false);
    expect(await second.keys()).toEqual({ apikey, secretkey });
    expect(await (await second.client()).call('listVirtualMachines', { listall: 'true' })).toMatchObject({ count: 3 });
    await second.kill();
  });

  test('a stopped server leaves its endpoint nowhere', async () => {
    const server = await start();
    expect(readFileSync(join(server.dataDir, 'endpoint'), 'utf8')).toBe(`${server.endpoint}\n`);
    await server.kill();
    expect(readdirSync(server.dataDir)).not.toContain('endpoint');
  });

  test('without the sandbox there is an administrator and nothing else', async () => {
    const { dataDir, dbUrl } = present(opened);
    const server = await startProcess({ dataDir, dbUrl, env: { SANDBOX_ENABLED: 'false' } });
    const client = await server.client();
    expect(await client.call('listZones')).toEqual({});
    expect(await client.call('listUsers')).toMatchObject({ count: 1, user: [{ username: 'admin' }] });
    await server.kill();
  });

  test('the start says where it listens, on which database, with which plugins', async () => {
    const server = await start();
    expect(server.log).toContainEqual(
      expect.objectContaining({
        message: 'server started',
        endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/client\/api$/),
        database: expect.stringMatching(
          engine === 'sqlite' ? /^embedded, .*stackvault\.sqlite$/ : /^MySQL, test_\w+ at 127\.0\.0\.1:\d+ as test$/,
        ),
        backupPlugins: [expect.stringMatching(/^dummy /), expect.stringMatching(/^veeam /)],
        inventoryPlugins: [expect.stringMatching(/^simulator /)],
      }),
    );
    await server.kill();
  });
});
