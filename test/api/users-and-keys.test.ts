import type { Answer } from '../../src/client/api-client.js';
import { forEachEngine } from '../kit/engines.js';
import { each, listed, NOBODY, only, person, uniqueName } from '../kit/scene.js';
import { testServer, type Keys } from '../kit/server.js';
import { adminKeys, aDate, aUuid } from '../kit/signed-request.js';

const KEY = /^[\w-]{86}$/;

forEachEngine((engine) => {
  const server = testServer(engine);
  const users = (parameters = {}) => listed(server.admin, 'listUsers', 'user', parameters);
  const create = async (parameters: Readonly<Record<string, string>>) => (await server.admin.call('createUser', parameters)).user as Answer;

  describe('createUser', () => {
    test('adds a user to an account and answers it', async () => {
      const username = uniqueName('second');
      const { accountId, account } = await server.createUser(uniqueName('family'));
      expect(await create({ ...person(username), account: String(account.name) })).toEqual({
        id: aUuid,
        username,
        firstname: 'Ada',
        lastname: 'Lovelace',
        email: 'ada@example.org',
        created: aDate,
        state: 'enabled',
        account: account.name,
        accountid: accountId,
        accounttype: 0,
        roleid: aUuid,
        roletype: 'User',
        rolename: 'User',
        domainid: aUuid,
        domain: 'ROOT',
        isdefault: false,
        apikeyaccess: 'inherit',
        iscallerchilddomain: false,
        usersource: 'native',
      });
    });

    test('makes a user that listAccounts shows with the account', async () => {
      const { account, user } = await server.createUser(uniqueName('pair'));
      const second = await create({ ...person(uniqueName('pair')), account: String(account.name) });
      const { user: both } = await only(server.admin, 'listAccounts', 'account', { id: String(account.id) });
      expect(each(both as Answer[], 'id')).toEqual([user.id, second.id]);
    });

    test('refuses a user name that the domain has', async () => {
      const { code, text } = await server.admin.refusal('createUser', { ...person('admin'), account: 'admin' });
      expect([code, text]).toEqual([431, 'user admin exists already in the domain']);
      expect(await users({ username: 'admin' })).toHaveLength(1);
    });

    test('refuses an account that there is not', async () => {
      const username = uniqueName('lost');
      const { code, text } = await server.admin.refusal('createUser', { ...person(username), account: 'nobody' });
      expect([code, text]).toEqual([431, expect.stringContaining('Unable to find account nobody in domain')]);
      expect(await users({ username })).toEqual([]);
    });
  });

  describe('listUsers', () => {
    test('finds users by id, name, account, keyword and state', async () => {
      const { userId, user, account } = await server.createUser(uniqueName('Findable'));
      const name = String(user.username);
      for (const filter of [
        { id: userId },
        { username: name },
        { account: String(account.name) },
        { keyword: name.toUpperCase() },
        { username: name, state: 'Enabled' },
      ]) {
        expect(each(await users(filter), 'id')).toEqual([userId]);
      }
      expect(await users({ username: name, state: 'locked' })).toEqual([]);
    });

    test('shows the key but never the secret of a user', async () => {
      const { userId, keys } = await server.createUser(uniqueName('shown'));
      const user = await only(server.admin, 'listUsers', 'user', { id: userId });
      expect(user.apikey).toBe(keys.apikey);
      expect(JSON.stringify(user)).not.toContain(keys.secretkey);
    });

    test('shows one page and counts all', async () => {
      await server.createUser(uniqueName('another'));
      const all = await users();
      const page = await server.admin.call('listUsers', { page: '2', pagesize: '1' });
      expect(page).toEqual({ count: all.length, user: [all[1]] });
    });
  });

  describe('getUser', () => {
    test('shows whose key it is', async () => {
      const { keys, user } = await server.createUser(uniqueName('keyed'));
      expect(await server.admin.call('getUser', { userapikey: keys.apikey })).toEqual({ user: { ...user, apikey: keys.apikey } });
    });

    test('shows a user the own key only', async () => {
      const { client, keys, userId } = await server.createUser(uniqueName('own'));
      expect(await client.call('getUser', { userapikey: keys.apikey })).toMatchObject({ user: { id: userId } });
      expect((await client.refusal('getUser', { userapikey: adminKeys(server).apikey })).code).toBe(431);
    });

    test('refuses a key that nobody has', async () => {
      expect(await server.admin.refusal('getUser', { userapikey: 'x' })).toEqual({
        code: 431,
        text: 'parameter userapikey: no user has this key',
      });
    });
  });

  describe('registerUserKeys', () => {
    test('answers keys that work, and no old ones do', async () => {
      const { client, userId } = await server.createUser(uniqueName('fresh'));
      const { userkeys } = (await client.call('registerUserKeys', { id: userId })) as { userkeys: Keys };
      expect(userkeys).toEqual({ apikey: expect.stringMatching(KEY), secretkey: expect.stringMatching(KEY), apikeyaccess: true });
      expect(await server.client(userkeys).call('listUsers')).toMatchObject({ user: [{ id: userId }] });
      expect((await client.refusal('listUsers')).code).toBe(401);
    });

    test('gives getUserKeys what to show', async () => {
      const { keys, userId, client } = await server.createUser(uniqueName('looked-up'));
      const shown = { userkeys: { apikey: keys.apikey, secretkey: keys.secretkey, apikeyaccess: true } };
      expect(await client.call('getUserKeys', { id: userId })).toEqual(shown);
      expect(await server.admin.call('getUserKeys', { id: userId })).toEqual(shown);
    });

    test('keeps the secret key unreadable in the database', async () => {
      const { keys, userId } = await server.createUser(uniqueName('sealed'));
      const row = await server.db.daos.users.findByUuid(userId);
      expect(row?.apiKey).toBe(keys.apikey);
      expect(row?.secretKey).not.toContain(keys.secretkey);
    });

    test('refuses a user that there is not', async () => {
      expect((await server.admin.refusal('registerUserKeys', { id: NOBODY })).text).toContain(`Invalid parameter id value=${NOBODY}`);
    });
  });

  test('getUserKeys shows no keys of a user that has none', async () => {
    const user = await create({ ...person(uniqueName('keyless')), account: 'admin' });
    expect(await server.admin.call('getUserKeys', { id: String(user.id) })).toEqual({ userkeys: { apikeyaccess: true } });
  });

  test.each([
    ['user', 'user'],
    ['account', 'account'],
  ])('the keys of a disabled %s do not work', async (_, table) => {
    const { client, accountId, userId } = await server.createUser(uniqueName('disabled'));
    await server.db
      .knex(table)
      .where({ uuid: table === 'user' ? userId : accountId })
      .update({ state: 'disabled' });
    await server.createUser(uniqueName('reminder'));
    expect(await client.refusal('listZones')).toEqual({ code: 401, text: 'unable to verify user credentials and/or request signature' });
  });
});
