import { signedQuery } from '../../src/client/sign.js';
import { Browser } from '../kit/browser.js';
import { insertDomain } from '../kit/builders.js';
import { forEachEngine } from '../kit/engines.js';
import { configure, uniqueName } from '../kit/scene.js';
import { testServer, type Keys, type TestServer, type TestUser } from '../kit/server.js';

type Parameters = Readonly<Record<string, string>>;

const ADDRESSES = 'api.allowed.source.cidr.list';
const OFFICE = '203.0.113.7';
const CREDENTIALS = 'unable to verify user credentials and/or request signature';

forEachEngine((engine) => {
  // The tests are a proxy that says from where requests come.
  const server = testServer(engine, { settings: { 'http.trusted.proxies': '127.0.0.1' } });
  const set = (name: string, value: string, scope: Parameters) => server.admin.call('updateConfiguration', { name, value, ...scope });
  const askFrom = (address: string | undefined, { apikey, secretkey }: Keys, at: TestServer = server) =>
    at.raw({
      query: signedQuery({ command: 'listZones', response: 'json' }, apikey, secretkey),
      headers: address === undefined ? {} : { 'X-Forwarded-For': address },
    });
  const statusFrom = async (address: string | undefined, { keys }: TestUser) => (await askFrom(address, keys)).status;

  describe('requests signed with an API key', () => {
    const access = async (table: 'user' | 'account', { userId, accountId }: TestUser, apiKeyAccess: string) => {
      const [command, id] = table === 'user' ? ['updateUser', userId] : ['updateAccount', accountId];
      const answer = await server.admin.call(command, { id, apikeyaccess: apiKeyAccess.toUpperCase() });
      expect(answer[table]).toMatchObject({ id, apikeyaccess: apiKeyAccess });
    };
    const isLetIn = async (user: TestUser) => (await askFrom(undefined, user.keys)).status === 200;
    const isSaidToBe = async ({ userId }: TestUser) =>
      ((await server.admin.call('getUserKeys', { id: userId })) as { userkeys: { apikeyaccess: boolean } }).userkeys.apikeyaccess;

    test('are let in unless the user says otherwise, else its account, else its domain or one above it', async () => {
      const { daos } = server.db;
      const name = uniqueName('upper');
      const upper = await insertDomain(daos, { name, path: `ROOT/${name}` });
      const lower = await insertDomain(daos, { name: 'lower', path: `ROOT/${name}/lower`, parentId: upper.id });
      const user = await server.createUser(uniqueName('tenant'), { domainid: lower.uuid });
      const elsewhere = await server.createUser(uniqueName('other'));
      const expectLetIn = async (expected: boolean) =>
        expect([await isLetIn(user), await isSaidToBe(user), await isLetIn(elsewhere)]).toEqual([expected, expected, true]);

      await expectLetIn(true);
      await set('api.key.access', 'false', { domainid: upper.uuid });
      await expectLetIn(false);
      await set('api.key.access', 'true', { domainid: lower.uuid });
      await expectLetIn(true);
      await access('account', user, 'disabled');
      await expectLetIn(false);
      await access('user', user, 'enabled');
      await expectLetIn(true);
      await access('account', user, 'enabled');
      await access('user', user, 'disabled');
      await expectLetIn(false);
    });

    test('are let in or kept out by root administrators alone', async () => {
      const user = await server.createUser(uniqueName('stubborn'), { accounttype: '2' });
      const denied = { code: 531, text: 'only root administrators say whether API keys are let in' };
      expect(await user.client.refusal('updateUser', { id: user.userId, apikeyaccess: 'enabled' })).toEqual(denied);
      expect(await user.client.refusal('updateAccount', { id: user.accountId, apikeyaccess: 'enabled' })).toEqual(denied);
      const { code, text } = await server.admin.refusal('updateUser', { id: user.userId, apikeyaccess: 'maybe' });
      expect([code, text]).toEqual([431, 'parameter apikeyaccess: "maybe" is none of enabled, disabled, inherit']);
    });

    test('are refused as a wrong signature is, and sessions of the user go on', async () => {
      const user = await server.createUser(uniqueName('keyless'));
      const browser = new Browser(server);
      await browser.login({ username: String(user.user.username), password: user.password });
      await access('user', user, 'disabled');
      const { status, text } = await askFrom(undefined, user.keys);
      expect([status, text]).toEqual([401, expect.stringContaining(CREDENTIALS)]);
      expect((await browser.call('listZones')).status).toBe(200);
    });
  });

  describe('an address that requests of an account may not come from', () => {
    const guarded = async () => {
      const user = await server.createUser(uniqueName('guarded'));
      await set(ADDRESSES, `${OFFICE}/24, 2001:db8::/32`, { accountid: user.accountId });
      return user;
    };
    /** A request of a session, from the address. */
    const visit = async (browser: Browser, address: string) => {
      const cookie = `JSESSIONID=${browser.cookie('JSESSIONID')}; sessionkey=${browser.sessionKey}`;
      const form = { command: 'listZones', response: 'json', sessionkey: browser.sessionKey };
      return (await server.raw({ form, headers: { cookie, 'X-Forwarded-For': address } })).status;
    };

    test('is refused to requests signed with its keys, as a wrong signature is', async () => {
      const user = await guarded();
      expect(await statusFrom('203.0.113.200', user)).toBe(200);
      expect(await statusFrom('2001:db8:7::1', user)).toBe(200);
      const { status, text, headers } = await askFrom('198.51.100.1', user.keys);
      expect([status, text, headers.get('x-description')]).toEqual([401, expect.stringContaining(CREDENTIALS), null]);
      expect([await statusFrom(undefined, user), await statusFrom('2001:db9::1', user)]).toEqual([401, 401]);
      expect(await statusFrom('198.51.100.1', await server.createUser(uniqueName('free')))).toBe(200);
    });

    test('ends the session that is used from there', async () => {
      const user = await guarded();
      const login = { command: 'login', response: 'json', username: String(user.user.username), password: user.password };
      const browser = new Browser(server);
      browser.receive(await server.raw({ form: login, headers: { 'X-Forwarded-For': OFFICE } }));
      expect([await visit(browser, OFFICE), await visit(browser, OFFICE)]).toEqual([200, 200]);
      expect([await visit(browser, '198.51.100.1'), await visit(browser, OFFICE)]).toEqual([401, 401]);
    });

    test('is no place to log in from, and nobody is told that the password was right', async () => {
      const { user, password } = await guarded();
      const login = (address: string, secret: string) =>
        server.raw({
          form: { command: 'login', response: 'json', username: String(user.username), password: secret },
          headers: { 'X-Forwarded-For': address },
        });
      const [right, wrong] = [await login('198.51.100.1', password), await login('198.51.100.1', 'wrong')];
      expect([right.status, right.text]).toEqual([531, wrong.text]);
      expect((await login(OFFICE, password)).status).toBe(200);
    });
  });

  describe('where a request comes from', () => {
    test('is what a trusted proxy says, and the address before it in a chain is not believed', async () => {
      const user = await server.createUser(uniqueName('chained'));
      await set(ADDRESSES, OFFICE, { accountid: user.accountId });
      expect(await statusFrom(`198.51.100.1, ${OFFICE}`, user)).toBe(200);
      expect(await statusFrom(`${OFFICE}, 198.51.100.1`, user)).toBe(401);
      expect(server.logged('request').at(-1)?.fields.remote).toBe('198.51.100.1');
    });
  });

  describe('a server without trusted proxies', () => {
    const alone = testServer(engine);

    test('goes by the address of the connection alone', async () => {
      const { accountId, keys } = await alone.createUser(uniqueName('spoofer'));
      const value = (text: string) => alone.admin.call('updateConfiguration', { name: ADDRESSES, value: text, accountid: accountId });
      await value('127.0.0.1');
      expect((await askFrom(OFFICE, keys, alone)).status).toBe(200);
      await value(OFFICE);
      expect((await askFrom(OFFICE, keys, alone)).status).toBe(401);
    });

    test('lets nobody in from outside the global list, administrators included', async () => {
      const before = await alone.db.knex('configuration').where({ name: ADDRESSES, scope: 'Global' });
      expect(before).toEqual([]);
      await configure(alone, ADDRESSES, '192.0.2.0/24');
      expect((await alone.admin.refusal('listZones')).code).toBe(401);
    });
  });
});
