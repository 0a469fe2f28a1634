import type { Answer } from '../../src/client/api-client.js';
import { Browser } from '../kit/browser.js';
import { Clock, hold } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import { backedUpMachine, deploy, listed, makeDomain, makeVolume, makeZone, NOBODY, only, person, protectedMachine, uniqueName } from '../kit/scene.js'; // prettier-ignore
import { TestServer, testServer, type TestUser } from '../kit/server.js';

type Parameters = Readonly<Record<string, string>>;

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now, settings: { 'sandbox.enabled': false } });
  const show = (id: string) => only(server.admin, 'listAccounts', 'account', { id });
  const statusOf = async (browser: Browser) => (await browser.call('listZones')).status;
  const loggedIn = async ({ user, password }: TestUser) => {
    const browser = new Browser(server);
    const { status } = await browser.login({ username: String(user.username), password, domain: String(user.domain) });
    return { browser, status };
  };
  const isLetIn = async ({ client }: TestUser) =>
    client.call('listZones').then(
      () => true,
      () => false,
    );

  let north!: { id: string; name: string };
  let chief!: TestUser;
  beforeAll(async () => {
    const { id, name } = await makeDomain(server);
    north = { id: String(id), name: String(name) };
    chief = await server.createUser(uniqueName('chief'), { domainid: north.id, accounttype: '2' });
  });
  const tenant = (where: Parameters = { domainid: north.id }) => server.createUser(uniqueName('tenant'), where);

  describe('a domain administrator', () => {
    const create = async (parameters: Parameters) =>
      (await chief.client.call('createAccount', { ...person(uniqueName('made')), ...parameters })).account as Answer;

    test('makes accounts of users and of administrators in its domains, its own unless another is given', async () => {
      const below = await makeDomain(server, { parent: north.id });
      expect(await create({})).toMatchObject({ domainid: north.id, roletype: 'User' });
      expect(await create({ accounttype: '2', domainid: String(below.id) })).toMatchObject({ domainid: below.id, roletype: 'DomainAdmin' });
    });

    test.each(['1', '3'])('makes no account of type %s, which has more power', async (accounttype) => {
      const username = uniqueName('mighty');
      const { code, text } = await chief.client.refusal('createAccount', { ...person(username), accounttype });
      expect([code, text]).toEqual([531, expect.stringContaining('which has more power than its own')]);
      expect(await listed(server.admin, 'listUsers', 'user', { username })).toEqual([]);
    });

    test('makes no account elsewhere', async () => {
      const { id } = await makeDomain(server);
      expect((await chief.client.refusal('createAccount', { ...person(uniqueName('far')), domainid: String(id) })).code).toBe(531);
    });

    test('does not touch an account of more power in its own domain', async () => {
      const { id } = await only(server.admin, 'listDomains', 'domain', { name: 'ROOT' });
      const top = await server.createUser(uniqueName('chief'), { domainid: String(id), accounttype: '2' });
      const resource = await server.createUser(uniqueName('resource'), { domainid: north.id, accounttype: '3' });
      const admin = await only(server.admin, 'listAccounts', 'account', { name: 'admin' });
      const reached: [TestUser, string][] = [
        [top, String(admin.id)],
        [chief, resource.accountId],
        [top, resource.accountId],
      ];
      for (const [{ client }, account] of reached) {
        const before = await show(account);
        const [{ id: user }] = before.user as [Answer];
        const named = { account: String(before.name), domainid: String(before.domainid) };
        const refusals = [
          client.refusal('updateAccount', { id: account, newname: 'mine' }),
          client.refusal('disableAccount', { id: account, lock: 'false' }),
          client.refusal('deleteAccount', { id: account }),
          client.refusal('updateResourceLimit', { ...named, resourcetype: '12', max: '0' }),
          client.refusal('createUser', { ...person('intruder'), ...named }),
          client.refusal('updateUser', { id: String(user), password: 'a password of mine' }),
          client.refusal('registerUserKeys', { id: String(user) }),
          client.refusal('getUserKeys', { id: String(user) }),
          client.refusal('lockUser', { id: String(user) }),
          client.refusal('deleteUser', { id: String(user) }),
        ];
        expect((await Promise.all(refusals)).map(({ code }) => code)).toEqual(refusals.map(() => 531));
        expect(await show(account)).toEqual(before);
      }
    });
  });

  test('a resource administrator makes accounts of its own kind', async () => {
    const { client } = await server.createUser(uniqueName('resource'), { domainid: north.id, accounttype: '3' });
    const { account } = await client.call('createAccount', { ...person(uniqueName('made')), accounttype: '3' });
    expect(account).toMatchObject({ roletype: 'ResourceAdmin', accounttype: 3, domainid: north.id });
    expect((await client.refusal('createAccount', { ...person(uniqueName('made')), accounttype: '1' })).code).toBe(531);
  });

  test('root administrators are made in the ROOT domain only', async () => {
    const wanted = { ...person(uniqueName('misplaced')), accounttype: '1', domainid: north.id };
    expect(await server.admin.refusal('createAccount', wanted)).toEqual({
      code: 431,
      text: 'parameter domainid: root administrators belong to the ROOT domain',
    });
  });

  describe('updateAccount', () => {
    test('renames an account, named by its id or by its name, also where its things are shown', async () => {
      const { client, accountId, account } = await tenant();
      const zone = await makeZone(server);
      await deploy(client, zone);
      const [one, two] = [uniqueName('renamed'), uniqueName('renamed')];
      expect(await server.admin.call('updateAccount', { id: accountId, newname: one })).toMatchObject({
        account: { id: accountId, name: one },
      });
      expect(await only(client, 'listVirtualMachines', 'virtualmachine')).toMatchObject({ account: one });
      expect(await only(client, 'listUsers', 'user')).toMatchObject({ account: one });
      await server.admin.call('updateAccount', { account: one, domainid: north.id, newname: two });
      expect(await show(accountId)).toMatchObject({ name: two });
      expect(await server.createUser(uniqueName('next'), { account: String(account.name), domainid: north.id })).toBeDefined();
    });

    test('refuses a name that the domain has, an empty one, and an account that is not named', async () => {
      const { accountId } = await tenant();
      const before = await show(accountId);
      const refusals = [
        await server.admin.refusal('updateAccount', { id: accountId, newname: String(chief.account.name) }),
        await server.admin.refusal('updateAccount', { id: accountId, newname: ' ' }),
        await server.admin.refusal('updateAccount', { newname: 'nameless' }),
        await server.admin.refusal('updateAccount', { account: 'nobody', domainid: north.id, newname: 'nameless' }),
      ];
      expect(refusals.map(({ code, text }) => `${code} ${text}`)).toEqual([
        expect.stringMatching(/^431 account .* exists already in the domain$/),
        '431 parameter newname: an account must have a name',
        '431 parameter id: give it, or account together with domainid',
        expect.stringMatching(/^431 Unable to find account nobody in domain/),
      ]);
      expect(await show(accountId)).toEqual(before);
    });
  });

  describe.each([
    ['disableAccount', { lock: 'false' }, 'disabled'],
    ['disableAccount', { lock: 'true' }, 'locked'],
    ['lockAccount', {}, 'locked'],
  ] as const)('%s %j', (command, how, state) => {
    test('keeps keys and logins out and ends sessions, until enableAccount lets them in again', async () => {
      const user = await tenant();
      const { browser } = await loggedIn({ ...user, user: { ...user.user, domain: north.name } });
      const { account } = await chief.client.run(command, { id: user.accountId, ...how });
      expect(account).toMatchObject({ id: user.accountId, state });
      expect(await user.client.refusal('listZones')).toMatchObject({ code: 401 });
      expect((await loggedIn(user)).status).toBe(531);
      const enabled = await chief.client.call('enableAccount', { account: String(user.account.name), domainid: north.id });
      expect(enabled).toMatchObject({ account: { id: user.accountId, state: 'enabled' } });
      expect([await isLetIn(user), (await loggedIn(user)).status]).toEqual([true, 200]);
      // A session that ended stays ended.
      expect(await statusOf(browser)).toBe(401);
    });

    test('is refused for the own account, and for the first administrator', async () => {
      const own = await chief.client.refusal(command, { id: chief.accountId, ...how });
      const { client } = await server.createUser(uniqueName('root'), { accounttype: '1' });
      const first = await client.refusal(command, { account: 'admin', ...how });
      expect([own, first]).toEqual([
        { code: 530, text: expect.stringContaining("is the caller's own") as string },
        { code: 530, text: expect.stringContaining('which the server cannot do without') as string },
      ]);
    });
  });

  test('a disabled account is kept out by every server', async () => {
    const second = new TestServer(engine, { installation: server.installation, settings: { 'sandbox.enabled': false } });
    await second.start();
    try {
      const user = await tenant();
      const there = { ...user, client: second.client(user.keys) };
      expect(await isLetIn(there)).toBe(true);
      await server.admin.run('disableAccount', { id: user.accountId, lock: 'false' });
      while (await isLetIn(there));
      await server.admin.run('enableAccount', { id: user.accountId });
      while (!(await isLetIn(there)));
    } finally {
      await second.stop();
    }
  });

  test('a job that runs when its account is disabled ends as it would have, and one that has not begun fails', async () => {
    const user = await tenant();
    const { zoneId, vmId } = await protectedMachine(server, { client: user.client });
    const running = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
    const { jobid } = await user.client.call('createBackup', { virtualmachineid: vmId });
    await server.admin.run('disableAccount', { id: user.accountId, lock: 'false' });
    expect(await running.letGo()).toMatchObject({ jobstatus: 1 });
    const { jobstatus, jobresult } = await server.admin.ended(String(jobid));
    expect([jobstatus, (jobresult as Answer).errorcode]).toEqual([2, 531]);
    expect(await listed(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId })).toHaveLength(1);
  });

  describe('deleteAccount', () => {
    test('removes the account with its users, and frees their names', async () => {
      const user = await tenant();
      const second = person(uniqueName('second'));
      await server.admin.call('createUser', { ...second, account: String(user.account.name), domainid: north.id });
      expect(await chief.client.run('deleteAccount', { id: user.accountId })).toEqual({ success: true });
      expect(await isLetIn(user)).toBe(false);
      expect((await server.admin.refusal('listAccounts', { id: user.accountId })).text).toContain(
        `Invalid parameter id value=${user.accountId}`,
      );
      for (const username of [String(user.user.username), second.username]) {
        expect(await listed(server.admin, 'listUsers', 'user', { username })).toEqual([]);
      }
      const again = await server.createUser(String(user.user.username), { domainid: north.id });
      expect(again.accountId).not.toBe(user.accountId);
    });

    test.each<[string, (user: TestUser) => Promise<unknown>]>([
      ['virtual machines', async ({ client }) => deploy(client, await makeZone(server))],
      ['volumes', async ({ client }) => makeVolume(client, await makeZone(server))],
      [
        'backups',
        async ({ client }) => {
          const { vmId } = await backedUpMachine(server, { client });
          await client.run('removeVirtualMachineFromBackupOffering', { virtualmachineid: vmId });
          await server.db.knex('virtual_machine').where({ uuid: vmId }).update({ removed: new Date(), live: null });
          await server.db.knex('volume').update({ removed: new Date(), live: null });
        },
      ],
    ])('refuses an account that has %s', async (kind, own) => {
      const user = await tenant();
      await own(user);
      const before = await show(user.accountId);
      const { code, text } = await server.admin.refusal('deleteAccount', { id: user.accountId });
      expect([code, text]).toEqual([530, `account ${user.accountId} still has ${kind}; it can be deleted when they are gone`]);
      expect([await show(user.accountId), await isLetIn(user)]).toEqual([before, true]);
    });

    test('refuses an account whose jobs have not ended', async () => {
      const owner = await tenant();
      const friend = await server.createUser(uniqueName('friend'), { domainid: north.id, accounttype: '2' });
      const { zoneId, vmId } = await protectedMachine(server, { client: owner.client });
      const blocker = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
      const { jobid } = await friend.client.call('createBackup', { virtualmachineid: vmId });
      const { text } = await server.admin.refusal('deleteAccount', { id: friend.accountId });
      expect(text).toContain('still has jobs under way');
      await blocker.letGo();
      await friend.client.ended(String(jobid));
      expect(await server.admin.run('deleteAccount', { id: friend.accountId })).toEqual({ success: true });
    });

    test('refuses the own account, the first administrator, and one that is elsewhere', async () => {
      const root = await server.createUser(uniqueName('root'), { accounttype: '1' });
      const stranger = await tenant({});
      const { id: first } = await only(server.admin, 'listAccounts', 'account', { name: 'admin' });
      const refusals = [
        await chief.client.refusal('deleteAccount', { id: chief.accountId }),
        await root.client.refusal('deleteAccount', { id: String(first) }),
        await chief.client.refusal('deleteAccount', { id: stranger.accountId }),
        await server.admin.refusal('deleteAccount', { id: NOBODY }),
      ];
      expect(refusals.map(({ code }) => code)).toEqual([530, 530, 531, 431]);
    });
  });
});
