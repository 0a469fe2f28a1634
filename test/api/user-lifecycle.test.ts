import type { Answer } from '../../src/client/api-client.js';
import { Browser } from '../kit/browser.js';
import { forEachEngine } from '../kit/engines.js';
import { listed, makeDomain, only, person, uniqueName } from '../kit/scene.js';
import { testServer, type TestUser } from '../kit/server.js';

type Parameters = Readonly<Record<string, string>>;

const PASSWORD = 'another long enough secret';

forEachEngine((engine) => {
  const server = testServer(engine, { settings: { 'sandbox.enabled': false } });
  const show = (id: string) => only(server.admin, 'listUsers', 'user', { id });
  const login = async (username: unknown, password: string) => {
    const browser = new Browser(server);
    return { browser, status: (await browser.login({ username: String(username), password })).status };
  };
  const isLetIn = ({ client }: TestUser) =>
    client.call('listZones').then(
      () => true,
      () => false,
    );
  const someone = (where: Parameters = {}) => server.createUser(uniqueName('user'), where);
  const another = async ({ account }: TestUser): Promise<Answer> => {
    const wanted = { ...person(uniqueName('second')), account: String(account.name), domainid: String(account.domainid) };
    return (await server.admin.call('createUser', wanted)).user as Answer;
  };

  describe('updateUser', () => {
    test('changes what it is given, and nothing else', async () => {
      const user = await someone();
      const before = await show(user.userId);
      const changes = {
        firstname: 'Grace',
        lastname: 'Hopper',
        email: 'grace@example.org',
        timezone: 'Europe/Berlin',
        username: uniqueName('grace'),
      };
      for (const [name, value] of Object.entries(changes)) {
        const { user: answered } = await user.client.call('updateUser', { id: user.userId, [name]: value });
        expect(answered).toMatchObject({ id: user.userId, [name]: value });
      }
      expect(await show(user.userId)).toEqual({ ...before, ...changes });
      expect(await user.client.call('updateUser', { id: user.userId })).toEqual({ user: { ...before, ...changes } });
      expect((await login(changes.username, user.password)).status).toBe(200);
    });

    test('sets a password for somebody who knows the one so far', async () => {
      const { client, userId: id, user, password } = await someone();
      const { browser } = await login(user.username, password);
      const refusals = [
        await client.refusal('updateUser', { id, password: PASSWORD }),
        await client.refusal('updateUser', { id, password: PASSWORD, currentpassword: 'wrong' }),
      ];
      expect(refusals).toEqual([
        { code: 431, text: 'parameter currentpassword: give it to set another password' },
        { code: 431, text: `parameter currentpassword: this is not the password of user ${id}` },
      ]);
      expect((await login(user.username, PASSWORD)).status).toBe(531);
      await client.call('updateUser', { id, password: PASSWORD, currentpassword: password });
      expect([(await login(user.username, password)).status, (await login(user.username, PASSWORD)).status]).toEqual([531, 200]);
      expect((await browser.call('listZones')).status).toBe(200);
    });

    test('takes as few wrong guesses at the password as a login does', async () => {
      const { client, userId: id, user, password } = await someone();
      const guess = (currentpassword: string) => client.refusal('updateUser', { id, password: PASSWORD, currentpassword });
      for (let wrong = 1; wrong <= 5; wrong++) await guess('wrong');
      expect((await guess(password)).text).toContain('this is not the password');
      expect((await login(user.username, PASSWORD)).status).toBe(531);
    });

    test('sets a password for an administrator, and ends the sessions of the user', async () => {
      const { userId: id, user, password } = await someone();
      const { browser } = await login(user.username, password);
      await server.admin.call('updateUser', { id, password: PASSWORD });
      expect([(await browser.call('listZones')).status, (await login(user.username, PASSWORD)).status]).toEqual([401, 200]);
    });

    test('sets keys that work at once, sealed in the database', async () => {
      const { userId: id, client } = await someone();
      const keys = { apikey: uniqueName('a-key'), secretkey: 'a secret that is mine' };
      await client.call('updateUser', { id, userapikey: keys.apikey, usersecretkey: keys.secretkey });
      expect(await server.client(keys).call('listUsers')).toMatchObject({ user: [{ id }] });
      expect((await client.refusal('listUsers')).code).toBe(401);
      expect((await server.db.daos.users.findByUuid(id))?.secretKey).not.toContain(keys.secretkey);
    });

    test('refuses what is taken, empty or half', async () => {
      const { userId: id, keys } = await someone();
      const before = await server.db.daos.users.findByUuid(id);
      const other = await someone();
      const refusals = [
        { username: 'admin' },
        { userapikey: other.keys.apikey, usersecretkey: 'x' },
        { firstname: ' ' },
        { userapikey: 'x' },
        { usersecretkey: 'x' },
        { timezone: 'Mars/Olympus' },
      ].map((parameters: Parameters) => server.admin.refusal('updateUser', { id, ...parameters }));
      expect(await Promise.all(refusals)).toEqual([
        { code: 431, text: 'another user has this user name, or this API key' },
        { code: 431, text: 'another user has this user name, or this API key' },
        { code: 431, text: 'parameter firstname: a user must have one' },
        { code: 431, text: 'parameter usersecretkey: give both keys or neither' },
        { code: 431, text: 'parameter userapikey: give both keys or neither' },
        { code: 431, text: 'parameter timezone: "Mars/Olympus" is not the name of a time zone' },
      ]);
      expect(await server.db.daos.users.findByUuid(id)).toEqual(before);
      expect(before?.apiKey).toBe(keys.apikey);
    });

    test('lets a user change those of its account, and nobody else', async () => {
      const user = await someone();
      const second = await another(user);
      const stranger = await someone();
      expect(await user.client.call('updateUser', { id: String(second.id), firstname: 'Hedy' })).toMatchObject({
        user: { firstname: 'Hedy' },
      });
      expect((await stranger.client.refusal('updateUser', { id: String(second.id), firstname: 'Mine' })).code).toBe(531);
      expect((await user.client.refusal('updateUser', { id: String(second.id), password: PASSWORD })).code).toBe(431);
    });
  });

  describe.each([
    ['disableUser', 'disabled'],
    ['lockUser', 'locked'],
  ])('%s', (command, state) => {
    test('keeps one user out and ends its sessions, until enableUser lets it in again', async () => {
      const user = await someone();
      const second = await another(user);
      const { browser } = await login(user.user.username, user.password);
      expect(await server.admin.run(command, { id: user.userId })).toMatchObject({ user: { id: user.userId, state } });
      expect([await isLetIn(user), (await login(user.user.username, user.password)).status]).toEqual([false, 531]);
      expect((await login(second.username, person('').password)).status).toBe(200);
      expect(await listed(server.admin, 'listUsers', 'user', { state, account: String(user.account.name) })).toMatchObject([
        { id: user.userId },
      ]);
      expect(await server.admin.call('enableUser', { id: user.userId })).toMatchObject({ user: { id: user.userId, state: 'enabled' } });
      expect([await isLetIn(user), (await login(user.user.username, user.password)).status]).toEqual([true, 200]);
      expect((await browser.call('listZones')).status).toBe(401);
    });
  });

  test.each(['disableUser', 'lockUser', 'deleteUser'])('%s is refused for the caller and for the first administrator', async (command) => {
    const root = await someone({ accounttype: '1' });
    const first = await only(server.admin, 'listUsers', 'user', { username: 'admin' });
    expect(first.isdefault).toBe(true);
    expect([await root.client.refusal(command, { id: root.userId }), await root.client.refusal(command, { id: String(first.id) })]).toEqual(
      [
        { code: 530, text: `user ${root.userId} is the caller; another administrator can do this` },
        { code: 530, text: `user ${String(first.id)} is the administrator, whom the server cannot do without` },
      ],
    );
    expect(await show(String(first.id))).toEqual(first);
  });

  describe('deleteUser', () => {
    test('removes a user for good, and frees its name and its key', async () => {
      const user = await someone();
      const { browser } = await login(user.user.username, user.password);
      expect(await server.admin.call('deleteUser', { id: user.userId })).toEqual({ success: true });
      expect([await isLetIn(user), (await browser.call('listZones')).status]).toEqual([false, 401]);
      expect((await server.admin.refusal('enableUser', { id: user.userId })).text).toContain(`Invalid parameter id value=${user.userId}`);
      const wanted = { ...person(String(user.user.username)), account: String(user.account.name) };
      const { user: next } = (await server.admin.call('createUser', wanted)) as { user: Answer };
      const { apikey: userapikey, secretkey: usersecretkey } = user.keys;
      await server.admin.call('updateUser', { id: String(next.id), userapikey, usersecretkey });
      expect(await only(user.client, 'listUsers', 'user')).toMatchObject({ id: next.id });
    });
  });

  describe('moveUser', () => {
    test('makes a user one of another account in the domain, and sees what that owns', async () => {
      const [user, host] = [await someone(), await someone()];
      expect(await server.admin.call('moveUser', { id: user.userId, accountid: host.accountId })).toEqual({ success: true });
      expect(await only(user.client, 'listUsers', 'user')).toMatchObject({ id: user.userId, accountid: host.accountId });
      await server.admin.call('moveUser', { id: user.userId, account: String(user.account.name) });
      expect(await show(user.userId)).toMatchObject({ accountid: user.accountId });
    });

    test('refuses an account of another domain', async () => {
      const user = await someone();
      const before = await show(user.userId);
      const far = await someone({ domainid: String((await makeDomain(server)).id) });
      const { code, text } = await server.admin.refusal('moveUser', { id: user.userId, accountid: far.accountId });
      expect([code, text]).toEqual([530, `user ${user.userId} can only be moved to an account of its domain, ROOT`]);
      expect(await show(user.userId)).toEqual(before);
    });
  });

  describe('listUsers', () => {
    test('says whether a user is in a domain below that of the caller', async () => {
      const { id } = await makeDomain(server);
      const user = await someone({ domainid: String(id) });
      expect(await show(user.userId)).toMatchObject({ iscallerchilddomain: true, isdefault: false });
      expect(await only(user.client, 'listUsers', 'user')).toMatchObject({ iscallerchilddomain: false });
    });

    test('finds users by the type of their account', async () => {
      const { id } = await makeDomain(server);
      const domainid = String(id);
      const chief = await someone({ domainid, accounttype: '2' });
      await someone({ domainid });
      expect(await only(server.admin, 'listUsers', 'user', { domainid, accounttype: '2' })).toMatchObject({ id: chief.userId });
    });
  });
});
