import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from '../../src/client/api-client.js';
import { forEachEngine, install, present, type Installation } from '../kit/engines.js';
import { startProcess } from '../kit/process.js';
import { send } from '../kit/raw-request.js';
import type { Keys } from '../kit/server.js';
import { everything } from './ledger.js';

forEachEngine((engine) => {
  let opened: Installation | undefined;
  beforeEach(async () => (opened = await install(engine)));
  afterEach(async () => opened?.drop());

  test('no secret is in the log, in the database or in another file', async () => {
    const installation = present(opened);
    const { dataDir, dbUrl } = installation;
    const server = await startProcess({ dataDir, dbUrl, env: { LOG_LEVEL: 'debug' } });
    const admin = await server.client();
    const credentials = JSON.parse(readFileSync(join(dataDir, 'admin-credentials.json'), 'utf8')) as Keys & { password: string };
    const password = 'p4ssword-of-a-user';
    const user = { username: 'someone', password, firstname: 'S', lastname: 'O', email: 's@example.org' };

    const { account } = (await admin.call('createAccount', user)) as { account: { user: Answer[] } };
    const { userkeys } = (await admin.call('registerUserKeys', { id: String(account.user[0]?.id) })) as { userkeys: Keys };
    await (await server.client(userkeys)).call('getUserKeys', { id: String(account.user[0]?.id) });
    await (
      await server.client(userkeys)
    ).run('deployVirtualMachine', { zoneid: await zoneOf(admin), password, secretkey: userkeys.secretkey });
    const login = await send(server.endpoint, { form: { command: 'login', response: 'json', ...user } });
    await send(server.endpoint, { form: { command: 'login', ...user, password: 'wr0ng-password' } });
    await send(server.endpoint, { query: { command: 'login', ...user } });
    await send(server.endpoint, { query: { command: 'createAccount', ...user, password: `${password}\u0001` } });
    await server.kill();

    const { sessionkey } = (login.body as { loginresponse: { sessionkey: string } }).loginresponse;
    const [session = ''] = /JSESSIONID=([^;]+)/.exec(login.headers.getSetCookie().join())?.slice(1) ?? [];
    const secrets = {
      password,
      admin: credentials.password,
      user: userkeys.secretkey,
      key: credentials.secretkey,
      sessionkey,
      session,
      wrong: 'wr0ng-password',
    };
    expect(Object.values(secrets).every((secret) => secret.length > 8)).toBe(true);
    const files = readdirSync(dataDir).filter((name) => name !== 'admin-credentials.json');
    const places: Record<string, string> = {
      log: JSON.stringify(server.log),
      database: await everything(installation),
      ...Object.fromEntries(files.map((name) => [name, readFileSync(join(dataDir, name), 'latin1')])),
    };
    expect(places.log).toContain('server started');
    expect(places.database).toContain('someone');
    const found = Object.entries(places).flatMap(([place, text]) =>
      Object.entries(secrets).flatMap(([name, secret]) => (text.includes(secret) ? `${name} in ${place}` : [])),
    );
    expect(found).toEqual([]);
  });
});

const zoneOf = async (client: { call(command: string): Promise<Answer> }): Promise<string> =>
  String(((await client.call('listZones')).zone as Answer[])[0]?.id);
