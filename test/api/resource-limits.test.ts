import type { Answer } from '../../src/client/api-client.js';
import { insertDomain } from '../kit/builders.js';
import { forEachEngine } from '../kit/engines.js';
import { configure, listed, NOBODY, only, protectedMachine, script, takeBackup, uniqueName } from '../kit/scene.js';
import { testServer, type TestUser } from '../kit/server.js';
import type { TestClient } from '../kit/test-client.js';

type Parameters = Readonly<Record<string, string>>;

/** Types of limits: backups, and GiB of backup storage. */
const [BACKUPS, STORAGE] = ['12', '13'];

forEachEngine((engine) => {
  const server = testServer(engine, { settings: { 'sandbox.enabled': false } });
  let rootId = '';
  beforeAll(async () => {
    rootId = String((await only(server.admin, 'listDomains', 'domain', { name: 'ROOT' })).id);
  });

  /** A domain below ROOT, or below another one, with a user. */
  async function newDomain(above?: { readonly path: string; readonly id: number }) {
    const name = uniqueName('domain');
    const parent = above ?? (await server.db.daos.domains.findByPath('ROOT'))!;
    const domain = await insertDomain(server.db.daos, { name, path: `${parent.path}/${name}`, parentId: parent.id });
    const user = await server.createUser(uniqueName('user'), { domainid: domain.uuid });
    return { domain, user, domainId: domain.uuid, account: String(user.account.name) };
  }

  /** The administrator of a domain. */
  const adminOf = (domainid: string) => server.createUser(uniqueName('admin'), { domainid, accounttype: '2' });

  const limitsOf = async (client: TestClient, whose: Parameters = {}) => {
    const limits = await listed(client, 'listResourceLimits', 'resourcelimit', whose);
    return Object.fromEntries(limits.map(({ resourcetypename, max }) => [String(resourcetypename), max]));
  };
  const setLimit = async (client: TestClient, whose: Parameters, resourcetype: string | undefined, max: number): Promise<Answer> => {
    const answer = await client.call('updateResourceLimit', { ...whose, resourcetype: String(resourcetype), max: String(max) });
    return answer.resourcelimit as Answer;
  };
  const refusalOf = (client: TestClient, whose: Parameters, max: number | string, resourcetype = BACKUPS) =>
    client.refusal('updateResourceLimit', { ...whose, resourcetype: String(resourcetype), max: String(max) });

  describe('listResourceLimits', () => {
    test('shows a user the limits of its account', async () => {
      const { user, domain, account } = await newDomain();
      const common = { account, domainid: domain.uuid, domain: domain.name, domainpath: domain.path };
      expect(await listed(user.client, 'listResourceLimits', 'resourcelimit')).toEqual([
        { ...common, resourcetype: '12', resourcetypename: 'backup', max: 20 },
        { ...common, resourcetype: '13', resourcetypename: 'backup_storage', max: 400 },
      ]);
    });

    test('shows those of a domain to its administrator', async () => {
      const { domain, domainId } = await newDomain();
      const admin = await adminOf(domainId);
      const common = { domainid: domain.uuid, domain: domain.name, domainpath: domain.path };
      expect(await listed(admin.client, 'listResourceLimits', 'resourcelimit', { domainid: domainId })).toEqual([
        { ...common, resourcetype: '12', resourcetypename: 'backup', max: 40 },
        { ...common, resourcetype: '13', resourcetypename: 'backup_storage', max: 800 },
      ]);
    });

    test('shows a user who names its domain the limits of its account', async () => {
      const { user, domainId, account } = await newDomain();
      expect(await listed(user.client, 'listResourceLimits', 'resourcelimit', { domainid: domainId })).toMatchObject([
        { account },
        { account },
      ]);
    });

    test('has no limits for root administrators and the domain at the top', async () => {
      const none = { backup: -1, backup_storage: -1 };
      expect([await limitsOf(server.admin), await limitsOf(server.admin, { domainid: rootId })]).toEqual([none, none]);
    });

    test('follows the settings', async () => {
      const { user, domainId } = await newDomain();
      const settings = {
        'max.account.backups': 3,
        'max.account.backup.storage': -1,
        'max.domain.backups': -1,
        'max.domain.backup.storage': 9,
      };
      for (const [name, value] of Object.entries(settings)) await configure(server, name, String(value));
      const seen = [await limitsOf(user.client), await limitsOf(server.admin, { domainid: domainId })];
      const usual = {
        'max.account.backups': 20,
        'max.account.backup.storage': 400,
        'max.domain.backups': 40,
        'max.domain.backup.storage': 800,
      };
      for (const [name, value] of Object.entries(usual)) await configure(server, name, String(value));
      expect(seen).toEqual([
        { backup: 3, backup_storage: -1 },
        { backup: -1, backup_storage: 9 },
      ]);
    });

    test.each([
      [{ resourcetype: '13' }, ['backup_storage']],
      [{ resourcetypename: 'backup' }, ['backup']],
      [{ resourcetypename: 'BACKUP_STORAGE', resourcetype: '12' }, ['backup_storage']],
      [{ keyword: 'storage' }, ['backup_storage']],
      [{ page: '2', pagesize: '1' }, ['backup_storage']],
    ] as const)('shows what is asked for by %j', async (wish, names) => {
      expect(Object.keys(await limitsOf(server.admin, wish))).toEqual(names);
    });

    test('refuses types of which there are no limits, and projects', async () => {
      const unknown = await server.admin.refusal('listResourceLimits', { resourcetype: '0' });
      expect(unknown).toEqual({
        code: 431,
        text: 'parameter resourcetype: there are no limits of 0 here; there are limits of 12 (backup) and 13 (backup_storage)',
      });
      expect((await server.admin.refusal('listResourceLimits', { resourcetypename: 'user_vm' })).code).toBe(431);
      expect((await server.admin.refusal('listResourceLimits', { projectid: NOBODY })).text).toContain(`projectid value=${NOBODY}`);
    });

    test('shows nobody what is not governed', async () => {
      const [one, other] = [await newDomain(), await newDomain()];
      for (const { client } of [one.user, await adminOf(one.domainId)]) {
        expect((await client.refusal('listResourceLimits', { domainid: other.domainId })).code).toBe(531);
        expect((await client.refusal('listResourceLimits', { domainid: other.domainId, account: other.account })).code).toBe(531);
      }
    });
  });

  describe('updateResourceLimit', () => {
    test('sets the limit of an account, again and again', async () => {
      const { user, domain, domainId, account } = await newDomain();
      const admin = await adminOf(domainId);
      const whose = { domainid: domainId, account };
      const answer = {
        account,
        domainid: domainId,
        domain: domain.name,
        domainpath: domain.path,
        resourcetype: '12',
        resourcetypename: 'backup',
      };
      expect(await setLimit(server.admin, whose, BACKUPS, 7)).toEqual({ ...answer, max: 7 });
      expect(await setLimit(admin.client, whose, BACKUPS, 5)).toEqual({ ...answer, max: 5 });
      expect(await limitsOf(user.client)).toEqual({ backup: 5, backup_storage: 400 });
    });

    test('sets the limit of a domain, which those below it have too', async () => {
      const north = await newDomain();
      const far = await newDomain(north.domain);
      const admin = await adminOf(north.domainId);
      await setLimit(server.admin, { domainid: north.domainId }, STORAGE, 1000);
      expect(await limitsOf(admin.client, { domainid: far.domainId })).toEqual({ backup: 40, backup_storage: 1000 });
      await setLimit(admin.client, { domainid: far.domainId }, STORAGE, 10);
      expect(await limitsOf(server.admin, { domainid: far.domainId })).toEqual({ backup: 40, backup_storage: 10 });
    });

    test('lifts a limit by -1 or without a number', async () => {
      const { domainId, account } = await newDomain();
      const whose = { domainid: domainId, account };
      await setLimit(server.admin, whose, STORAGE, -1);
      await server.admin.call('updateResourceLimit', { ...whose, resourcetype: String(BACKUPS) });
      expect(await limitsOf(server.admin, whose)).toEqual({ backup: -1, backup_storage: -1 });
    });

    test('limits a root administrator and the top where it is said', async () => {
      const { domainId } = await newDomain();
      const root = await server.createUser(uniqueName('root'), { accounttype: '1' });
      const whose = { domainid: rootId, account: String(root.account.name) };
      await setLimit(server.admin, whose, BACKUPS, 3);
      expect(await limitsOf(root.client)).toEqual({ backup: 3, backup_storage: -1 });
      await setLimit(server.admin, { domainid: rootId }, BACKUPS, 1000);
      expect((await refusalOf(server.admin, { domainid: domainId }, 1001)).code).toBe(431);
      await setLimit(server.admin, { domainid: rootId }, BACKUPS, -1);
    });

    test('refuses a domain more than the domain above it has', async () => {
      const north = await newDomain();
      const far = await newDomain(north.domain);
      expect(await refusalOf(server.admin, { domainid: far.domainId }, 41)).toEqual({
        code: 431,
        text: `parameter max: 41 is more than domain ${north.domain.path}, which it is part of, may have: 40; raise that limit first`,
      });
      expect(await setLimit(server.admin, { domainid: far.domainId }, BACKUPS, 40)).toMatchObject({ max: 40 });
      expect(await setLimit(server.admin, { domainid: far.domainId }, BACKUPS, -1)).toMatchObject({ max: -1 });
    });

    test('refuses an administrator the own account, the own domain and what is not below it', async () => {
      const north = await newDomain();
      const { client, account } = await adminOf(north.domainId);
      for (const whose of [
        { domainid: north.domainId, account: String(account.name) },
        { domainid: north.domainId },
        { domainid: rootId },
      ]) {
        expect((await refusalOf(client, whose, 100)).code).toBe(531);
      }
      expect((await refusalOf(client, { domainid: rootId, account: 'admin' }, 1)).code).toBe(531);
      expect((await refusalOf(north.user.client, { domainid: north.domainId, account: north.account }, 100)).code).toBe(432);
    });

    test.each([
      ['nobody is named', () => ({}), 1, BACKUPS, 'parameter domainid: is missing'],
      ['the account is not there', () => ({ domainid: rootId, account: 'nobody' }), 1, BACKUPS, 'Unable to find account nobody'],
      ['the domain is not there', () => ({ domainid: NOBODY }), 1, BACKUPS, `Invalid parameter domainid value=${NOBODY}`],
      ['it is of a project', () => ({ projectid: NOBODY, domainid: rootId }), 1, BACKUPS, `Invalid parameter projectid value=${NOBODY}`],
      ['the type has no limits', () => ({ domainid: rootId }), 1, '0', 'parameter resourcetype: there are no limits of 0 here'],
      ['the limit is less than none', () => ({ domainid: rootId }), -2, BACKUPS, 'parameter max: -2 is no limit'],
      [
        'the limit is too large to count',
        () => ({ domainid: rootId }),
        2 ** 23,
        STORAGE,
        'parameter max: 8388608 is more than can be counted',
      ],
    ])('is refused where %s', async (_what, whose, max, type, text) => {
      const refusal = await refusalOf(server.admin, whose() as Parameters, max, type);
      expect(refusal).toEqual({ code: 431, text: expect.stringContaining(text) as string });
    });
  });

  describe('a limit', () => {
    const counts = async (whose: Parameters) => {
      const all = await listed(server.admin, 'updateResourceCount', 'resourcecount', whose);
      return all.map(({ resourcecount }) => resourcecount);
    };
    const scene = async (above?: Awaited<ReturnType<typeof newDomain>>) => {
      const owner = above ?? (await newDomain());
      return { ...owner, ...(await protectedMachine(server, { client: owner.user.client })) };
    };
    const backUp = (user: TestUser, vmId: string) => user.client.refusal('createBackup', { virtualmachineid: vmId });

    test('is counted for the account and for the domain', async () => {
      const { user, domain, domainId, account, vmId } = await scene();
      await takeBackup(user.client, vmId);
      await takeBackup(user.client, vmId);
      const whose = { domainid: domainId, account };
      expect(await listed(server.admin, 'updateResourceCount', 'resourcecount', { ...whose, resourcetype: '12' })).toEqual([
        {
          account,
          domainid: domainId,
          domain: domain.name,
          domainpath: domain.path,
          resourcetype: '12',
          resourcetypename: 'backup',
          resourcecount: 2,
        },
      ]);
      expect([await counts(whose), await counts({ domainid: domainId })]).toEqual([
        [2, 2],
        [2, 2],
      ]);
    });

    test('that is reached refuses the next backup, until one is deleted', async () => {
      const { user, domain, domainId, account, vmId } = await scene();
      await setLimit(server.admin, { domainid: domainId, account }, BACKUPS, 1);
      const { id } = await takeBackup(user.client, vmId);
      expect(await backUp(user, vmId)).toEqual({
        code: 530,
        text:
          `account ${account} of domain ${domain.path} has 1 of at most 1 backups, and this needs 1 more; delete backups that are no longer ` +
          'needed, or have an administrator raise the limit (updateResourceLimit with resourcetype 12)',
      });
      await user.client.run('deleteBackup', { id: String(id) });
      await takeBackup(user.client, vmId);
    });

    test('is not used up by a backup that fails', async () => {
      const { user, domainId, account, vmId, zoneId } = await scene();
      await setLimit(server.admin, { domainid: domainId, account }, BACKUPS, 1);
      await script(server, zoneId, { 'fail.call': 'takeBackup' });
      expect((await backUp(user, vmId)).text).not.toContain('at most');
      await script(server, zoneId, { 'fail.call': '' });
      await takeBackup(user.client, vmId);
      expect((await backUp(user, vmId)).text).toContain('has 1 of at most 1 backups');
    });

    test('of storage refuses a backup that might be too large', async () => {
      const { user, domainId, account, vmId } = await scene();
      await setLimit(server.admin, { domainid: domainId, account }, STORAGE, 0);
      expect((await backUp(user, vmId)).text).toContain('has 0 of at most 0 GiB of backup storage, and this needs 1 more');
      await setLimit(server.admin, { domainid: domainId, account }, STORAGE, 1);
      await takeBackup(user.client, vmId);
    });

    test('of a domain counts what all domains below it have', async () => {
      const north = await scene();
      const far = await scene(await newDomain(north.domain));
      await setLimit(server.admin, { domainid: north.domainId }, BACKUPS, 2);
      await takeBackup(north.user.client, north.vmId);
      await takeBackup(far.user.client, far.vmId);
      expect((await backUp(far.user, far.vmId)).text).toContain(`domain ${north.domain.path} has 2 of at most 2 backups`);
      expect([await counts({ domainid: north.domainId }), await counts({ domainid: far.domainId })]).toEqual([
        [2, 2],
        [1, 1],
      ]);
    });

    test('that is lowered takes nothing away', async () => {
      const { user, domainId, account, vmId } = await scene();
      await takeBackup(user.client, vmId);
      await takeBackup(user.client, vmId);
      await setLimit(server.admin, { domainid: domainId, account }, BACKUPS, 1);
      expect((await backUp(user, vmId)).text).toContain('has 2 of at most 1 backups');
      expect(await listed(user.client, 'listBackups', 'backup')).toHaveLength(2);
    });

    test('costs nothing where there is none', async () => {
      const { vmId } = await protectedMachine(server);
      const statements = await server.statements.during(() => takeBackup(server.admin, vmId));
      expect(statements.filter((sql) => /limit_admission|sum\(/.test(sql))).toEqual([]);
    });
  });
});
