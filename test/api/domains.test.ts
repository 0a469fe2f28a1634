import type { Answer } from '../../src/client/api-client.js';
import { Browser } from '../kit/browser.js';
import { insertAccount, insertBackup, insertOffering, insertVm, insertVolume } from '../kit/builders.js';
import { forEachEngine } from '../kit/engines.js';
import { each, listed, makeDomain, NOBODY, only, person, uniqueName } from '../kit/scene.js';
import { TestServer, testServer } from '../kit/server.js';
import type { TestClient } from '../kit/test-client.js';
import { aDate, aUuid } from '../kit/signed-request.js';

type Parameters = Readonly<Record<string, string>>;

const DOMAIN_ADMIN = { accounttype: '2' };

forEachEngine((engine) => {
  const server = testServer(engine, { settings: { 'sandbox.enabled': false } });
  const domains = (parameters: Parameters = {}, client = server.admin) => listed(client, 'listDomains', 'domain', parameters);
  const pathOf = async (id: unknown) => (await only(server.admin, 'listDomains', 'domain', { id: String(id) })).path;
  const idOf = ({ id }: Answer): string => String(id);
  const rename = (id: string, name: string, client = server.admin) => client.call('updateDomain', { id, name });
  const delete_ = (id: string, parameters: Parameters = {}, client = server.admin) => client.run('deleteDomain', { id, ...parameters });
  /** A domain, one in it, and one in that; the first has an administrator. */
  const tree = async () => {
    const top = await makeDomain(server);
    const middle = await makeDomain(server, { parent: idOf(top) });
    const low = await makeDomain(server, { parent: idOf(middle) });
    const admin = await server.createUser(uniqueName('chief'), { domainid: idOf(top), ...DOMAIN_ADMIN });
    return { top, middle, low, admin };
  };
  const unchanged = async (work: () => Promise<{ code: number; text: string }>) => {
    const before = await domains();
    const refusal = await work();
    expect(await domains()).toEqual(before);
    return refusal;
  };

  describe('createDomain', () => {
    test('makes a domain below ROOT and answers it', async () => {
      const name = uniqueName('orchard');
      const root = await only(server.admin, 'listDomains', 'domain', { name: 'ROOT' });
      expect(await server.admin.call('createDomain', { name })).toMatchObject({
        domain: {
          id: aUuid,
          name,
          level: 1,
          parentdomainid: root.id,
          parentdomainname: 'ROOT',
          path: `ROOT/${name}`,
          haschild: false,
          state: 'Active',
          created: aDate,
        },
      });
    });

    test('makes one below another, with the id that is asked for', async () => {
      const { id: parent, path } = await makeDomain(server);
      const wanted = { name: 'low', parentdomainid: String(parent), domainid: '0D0D0D0D-0000-4000-8000-0000000000AA' };
      const { domain } = await server.admin.call('createDomain', wanted);
      expect(domain).toMatchObject({ id: wanted.domainid.toLowerCase(), parentdomainid: parent, level: 2, path: `${String(path)}/low` });
      expect(await only(server.admin, 'listDomains', 'domain', { id: String(parent) })).toMatchObject({ haschild: true });
    });

    test.each<[string, Parameters, string]>([
      ['a name with a slash', { name: 'a/b' }, 'parameter name: "a/b" has a slash in it'],
      ['a parent that there is not', { name: 'a', parentdomainid: NOBODY }, `Invalid parameter parentdomainid value=${NOBODY}`],
      ['an id that is none', { name: 'a', domainid: 'mine' }, 'parameter domainid: "mine" is not a uuid'],
    ])('refuses %s', async (_, parameters, text) => {
      expect(await unchanged(() => server.admin.refusal('createDomain', parameters))).toEqual({
        code: 431,
        text: expect.stringContaining(text) as string,
      });
    });

    test('refuses a name that the parent has, or an id that is taken, and takes that name elsewhere', async () => {
      const { id, name } = await makeDomain(server);
      const taken = [{ name: String(name) }, { name: uniqueName('other'), domainid: String(id) }];
      for (const parameters of taken) {
        const { code, text } = await unchanged(() => server.admin.refusal('createDomain', parameters));
        expect([code, text]).toEqual([431, expect.stringContaining('already')]);
      }
      await makeDomain(server, { name: String(name), parent: String(id) });
      await makeDomain(server, { name: String(name).toUpperCase() });
    });

    test('refuses a path longer than 700 characters', async () => {
      let parent = '';
      for (let level = 0; level < 2; level++) parent = idOf(await makeDomain(server, { name: `${level}`.repeat(255), parent }));
      const longest = '2'.repeat(700 - 'ROOT///'.length - 2 * 255);
      await makeDomain(server, { name: longest, parent });
      const { code, text } = await server.admin.refusal('createDomain', { name: `${longest}3`, parentdomainid: parent });
      expect([code, text]).toEqual([431, 'parameter name: paths of domains would be longer than 700 characters']);
    });
  });

  describe('updateDomain', () => {
    test('renames a domain, and moves the paths of all below it and of no other', async () => {
      const { top, middle, low, admin } = await tree();
      const upper = await makeDomain(server, { name: String(top.name).toUpperCase() });
      const below = await makeDomain(server, { parent: idOf(upper) });
      const beside = await makeDomain(server, { name: `${String(top.name)}ern` });
      const name = uniqueName('renamed');
      const { domain } = await rename(idOf(top), name);
      expect(domain).toMatchObject({ name, path: `ROOT/${name}` });
      const moved = [`ROOT/${name}/${String(middle.name)}`, `ROOT/${name}/${String(middle.name)}/${String(low.name)}`];
      expect([await pathOf(middle.id), await pathOf(low.id)]).toEqual(moved);
      for (const { id, path } of [upper, below, beside]) expect(await pathOf(id)).toBe(path);
      expect(await only(admin.client, 'listAccounts', 'account')).toMatchObject({ domain: name, domainpath: `ROOT/${name}` });
      expect(each(await domains({ listall: 'true' }, admin.client), 'id')).toEqual([top, middle, low].map(idOf));
    });

    test('makes logins go by the new path', async () => {
      const { top, admin } = await tree();
      const name = uniqueName('renamed');
      await rename(idOf(top), name);
      const login = async (domain: unknown) => {
        const { username } = admin.user as { username: string };
        return (await new Browser(server).login({ username, password: admin.password, domain: String(domain) })).status;
      };
      expect([await login(top.name), await login(name)]).toEqual([531, 200]);
    });

    test('changes nothing when it is given no name, or the same', async () => {
      const { top } = await tree();
      const before = await domains();
      await server.admin.call('updateDomain', { id: idOf(top) });
      await rename(idOf(top), String(top.name));
      expect(await domains()).toEqual(before);
    });

    test('refuses a name beside it, one with a slash, an empty one, and any for ROOT', async () => {
      const { top } = await tree();
      const { name } = await makeDomain(server);
      const { id: root } = await only(server.admin, 'listDomains', 'domain', { name: 'ROOT' });
      const refusals: readonly [unknown, unknown, number, string][] = [
        [top.id, name, 431, 'already'],
        [top.id, 'a/b', 431, 'has a slash in it'],
        [top.id, ' ', 431, 'must have a name'],
        [root, 'LEAF', 530, 'is the top of the tree'],
      ];
      for (const [id, wanted, code, text] of refusals) {
        expect(await unchanged(() => server.admin.refusal('updateDomain', { id: String(id), name: String(wanted) }))).toEqual({
          code,
          text: expect.stringContaining(text) as string,
        });
      }
    });

    test('refuses a name that makes the path of a domain below too long', async () => {
      const top = await makeDomain(server);
      const middle = await makeDomain(server, { name: 'm'.repeat(255), parent: idOf(top) });
      await makeDomain(server, { name: 'l'.repeat(255), parent: idOf(middle) });
      expect((await unchanged(() => server.admin.refusal('updateDomain', { id: idOf(top), name: 't'.repeat(255) }))).code).toBe(431);
    });
  });

  describe('deleteDomain', () => {
    test('removes an empty domain, and frees its name', async () => {
      const { id, name } = await makeDomain(server);
      expect(await delete_(String(id))).toEqual({ success: true });
      expect((await server.admin.refusal('listDomains', { id: String(id) })).code).toBe(431);
      expect(await makeDomain(server, { name: String(name) })).not.toMatchObject({ id });
    });

    test('refuses one with domains or accounts in it, unless it is told to clean up', async () => {
      const { top, middle, low, admin } = await tree();
      await server.createUser(uniqueName('tenant'), { domainid: idOf(low) });
      const texts = [idOf(top), idOf(low)].map(async (id) => {
        const { code, text } = await unchanged(() => server.admin.refusal('deleteDomain', { id }));
        return [code, text];
      });
      expect(await Promise.all(texts)).toEqual([
        [530, expect.stringContaining('there are domains in domain')],
        [530, expect.stringContaining('there are accounts in domain')],
      ]);
      await delete_(idOf(top), { cleanup: 'true' });
      const left = each(await domains(), 'id');
      expect([top, middle, low].map(idOf).filter((id) => left.includes(id))).toEqual([]);
      expect((await admin.client.refusal('listDomains')).code).toBe(401);
      expect(await listed(server.admin, 'listAccounts', 'account', { listall: 'true', name: String(admin.account.name) })).toEqual([]);
      expect(await listed(server.admin, 'listUsers', 'user', { id: admin.userId }).catch(() => [])).toEqual([]);
    });

    test.each(['virtual machines', 'volumes', 'backups'])('refuses one with %s somewhere in it, whatever it is told', async (kind) => {
      const { daos } = server.db;
      const { top, low } = await tree();
      const domain = await daos.domains.findByUuid(idOf(low));
      const account = await insertAccount(daos, { domainId: domain?.id ?? 0 });
      const owner = { accountId: account.id, domainId: account.domainId };
      const gone = { removed: new Date() };
      if (kind === 'virtual machines') await insertVm(daos, owner);
      if (kind === 'volumes') await insertVolume(daos, owner);
      if (kind === 'backups') {
        const vm = await insertVm(daos, { ...owner, ...gone });
        await insertBackup(daos, vm, await insertOffering(daos, { zoneId: vm.zoneId }));
      }
      const { code, text } = await unchanged(() => server.admin.refusal('deleteDomain', { id: idOf(top), cleanup: 'true' }));
      expect([code, text]).toEqual([530, expect.stringContaining(`or one below it, still has ${kind}`)]);
    });

    test('refuses ROOT, and the domain of the caller', async () => {
      const { top, admin } = await tree();
      const { id: root } = await only(server.admin, 'listDomains', 'domain', { name: 'ROOT' });
      const ofRoot = await unchanged(() => server.admin.refusal('deleteDomain', { id: String(root), cleanup: 'true' }));
      const ofOwn = await unchanged(() => admin.client.refusal('deleteDomain', { id: idOf(top), cleanup: 'true' }));
      expect([ofRoot, ofOwn]).toEqual([
        { code: 530, text: 'domain ROOT is the top of the tree, which stays as it is' },
        { code: 530, text: `domain ${idOf(top)} is that of the caller, or above it` },
      ]);
    });
  });

  describe('what happens at the same time', () => {
    const outcomes = (work: readonly Promise<unknown>[]) => Promise.allSettled(work);

    test('an account or a domain is made in a domain, or the domain is deleted, and not both', async () => {
      for (let round = 0; round < 5; round++) {
        const id = idOf(await makeDomain(server));
        const name = uniqueName('late');
        await outcomes([
          delete_(id),
          server.admin.call('createDomain', { name, parentdomainid: id }),
          server.admin.call('createAccount', { ...person(name), domainid: id }),
        ]);
        const { knex } = server.db;
        const live = { removed: null };
        const strays = async (table: string, column: string) =>
          knex(`${table} as thing`)
            .join('domain as home', 'home.id', `thing.${column}`)
            .whereNotNull('home.removed')
            .where({ 'thing.removed': live.removed })
            .select('thing.id');
        expect([await strays('account', 'domainId'), await strays('domain', 'parentId')]).toEqual([[], []]);
      }
    });

    test('a domain that is made below one that is renamed has a path that begins with the new one', async () => {
      for (let round = 0; round < 5; round++) {
        const { top, low } = await tree();
        const [late, renamed] = [uniqueName('late'), uniqueName('renamed')];
        await outcomes([
          rename(idOf(top), renamed),
          server.admin.call('createDomain', { name: late, parentdomainid: idOf(low) }),
          server.admin.call('createDomain', { name: late, parentdomainid: idOf(top) }),
        ]);
        const paths = each(await domains({ name: late }), 'path').filter((path) => path.startsWith(`ROOT/${renamed}/`));
        expect(paths).toHaveLength(2);
      }
    });
  });

  describe('listDomains', () => {
    test('finds domains by id, name, keyword and level', async () => {
      const name = uniqueName('Findable');
      const { id } = await makeDomain(server, { name });
      const low = await makeDomain(server, { name: `${name}-low`, parent: String(id) });
      for (const filter of [{ id: String(id) }, { name }, { keyword: name.toUpperCase(), level: '1' }]) {
        expect(each(await domains(filter), 'id')).toEqual([id]);
      }
      expect(each(await domains({ keyword: name }), 'id')).toEqual([id, low.id]);
      expect(each(await domains({ level: '0' }), 'name')).toEqual(['ROOT']);
    });

    test('shows a domain administrator the own domain, and with listall those below it', async () => {
      const { top, middle, low, admin } = await tree();
      await makeDomain(server);
      expect(each(await domains({}, admin.client), 'id')).toEqual([top.id]);
      expect(each(await domains({ listall: 'true' }, admin.client), 'id')).toEqual([top, middle, low].map(idOf));
      expect(each(await domains({ id: idOf(low) }, admin.client), 'id')).toEqual([low.id]);
      expect(each(await domains({ listall: 'true', level: '2' }, admin.client), 'id')).toEqual([middle.id]);
    });

    test('shows a user the own domain only', async () => {
      const { top, middle, low } = await tree();
      const { client } = await server.createUser(uniqueName('tenant'), { domainid: idOf(middle) });
      expect(each(await domains({ listall: 'true' }, client), 'id')).toEqual([middle.id]);
      for (const { id } of [top, low]) expect(await domains({ id: String(id) }, client)).toEqual([]);
    });

    test('tells administrators what a domain has, and no user what others in its domain have', async () => {
      const { top, admin } = await tree();
      const tenant = await server.createUser(uniqueName('tenant'), { domainid: idOf(top) });
      const shown = async (client: TestClient) => (await only(client, 'listDomains', 'domain', { id: idOf(top) })).backuptotal;
      expect([await shown(server.admin), await shown(admin.client), await shown(tenant.client)]).toEqual([0, 0, undefined]);
    });
  });

  describe('listDomainChildren', () => {
    const children = (parameters: Parameters, client = server.admin) => listed(client, 'listDomainChildren', 'domain', parameters);

    test('shows the children of a domain, or everything below it', async () => {
      const { top, middle, low, admin } = await tree();
      const id = idOf(top);
      expect(await children({ id })).toMatchObject([{ id: middle.id, parentdomainid: id, haschild: true, level: 2 }]);
      for (const all of [{ isrecursive: 'true' }, { listall: 'true' }]) {
        expect(each(await children({ id, ...all }), 'id')).toEqual([middle.id, low.id]);
      }
      expect(each(await children({ id, isrecursive: 'true', name: String(low.name) }), 'id')).toEqual([low.id]);
      expect(each(await children({}, admin.client), 'id')).toEqual([middle.id]);
      expect(await children({ id: idOf(low) })).toEqual([]);
    });
  });

  describe('a domain administrator', () => {
    test('makes, renames and deletes domains below the own one', async () => {
      const { top, low, admin } = await tree();
      const call = async (command: string, parameters: Parameters) => (await admin.client.call(command, parameters)).domain as Answer;
      expect(await call('createDomain', { name: 'beside' })).toMatchObject({ parentdomainid: top.id });
      const made = await call('createDomain', { name: 'lowest', parentdomainid: idOf(low) });
      expect(await call('updateDomain', { id: idOf(made), name: 'renamed' })).toMatchObject({ name: 'renamed' });
      expect(await delete_(idOf(made), {}, admin.client)).toEqual({ success: true });
    });

    test('on every server governs what has just been made, and no longer what has just been deleted', async () => {
      const second = new TestServer(engine, { installation: server.installation, settings: { 'sandbox.enabled': false } });
      await second.start();
      try {
        const { top, admin } = await tree();
        const there = second.client(admin.keys);
        expect(each(await domains({ listall: 'true' }, there), 'id')).toHaveLength(3);
        const id = idOf(await makeDomain(server, { parent: idOf(top) }));
        const isGoverned = () =>
          there.call('listDomainChildren', { id }).then(
            () => true,
            () => false,
          );
        while (!(await isGoverned()));
        await delete_(id);
        while (await isGoverned());
        await delete_(idOf(top), { cleanup: 'true' });
        while ((await there.refusal('listDomains').catch(() => ({ code: 0 }))).code !== 401);
      } finally {
        await second.stop();
      }
    });
  });
});
