import { insertDomain } from '../kit/builders.js';
import { forEachEngine } from '../kit/engines.js';
import { deploy, each, listed, makeZone, NOBODY } from '../kit/scene.js';
import { testServer, type TestUser } from '../kit/server.js';

type Parameters = Readonly<Record<string, string>>;

/** Who owns a machine, by the name of the machine: ROOT, in it north, in that far, and beside north south. */
const OWNERS = ['root-user', 'north-admin', 'north-user', 'far-user', 'northern-user'] as const;
type Owner = (typeof OWNERS)[number];

forEachEngine((engine) => {
  const server = testServer(engine, { settings: { 'sandbox.enabled': false } });
  const users = new Map<Owner, TestUser>();
  const domains = new Map<string, string>();
  const idOf = (domain: string): string => domains.get(domain) ?? '';
  const userOf = (owner: Owner): TestUser => users.get(owner) as TestUser;
  const admin = { client: () => server.admin };

  beforeAll(async () => {
    const { daos } = server.db;
    const top = await daos.domains.findByPath('ROOT');
    const north = await insertDomain(daos, { name: 'north', path: 'ROOT/north', parentId: top?.id ?? null });
    const far = await insertDomain(daos, { name: 'far', path: 'ROOT/north/far', parentId: north.id });
    // Its path begins with that of north, although it is not below it.
    const northern = await insertDomain(daos, { name: 'northern', path: 'ROOT/northern', parentId: top?.id ?? null });
    for (const { name, uuid } of [top ?? far, north, far, northern]) domains.set(name, uuid);
    for (const owner of OWNERS) {
      const [domain = '', what] = owner.split('-');
      const domainid = idOf(domain === 'root' ? 'ROOT' : domain);
      users.set(owner, await server.createUser(owner, { domainid, accounttype: what === 'admin' ? '2' : '0' }));
    }
    const zone = await makeZone(server);
    for (const owner of OWNERS) await deploy(userOf(owner).client, zone, { name: owner });
    await deploy(server.admin, zone, { name: 'admin' });
  });

  const EVERYTHING = [...OWNERS, 'admin'];
  const NORTH = ['north-admin', 'north-user', 'far-user'];
  const asks: readonly (readonly [caller: Owner | 'admin', wish: () => Parameters, seen: readonly string[] | number])[] = [
    ['north-user', () => ({}), ['north-user']],
    ['north-user', () => ({ listall: 'true' }), ['north-user']],
    ['north-user', () => ({ domainid: idOf('north'), isrecursive: 'true' }), ['north-user']],
    ['north-user', () => ({ domainid: idOf('far') }), 531],
    ['north-user', () => ({ account: 'north-user', domainid: idOf('north') }), ['north-user']],
    ['north-user', () => ({ account: 'north-admin', domainid: idOf('north') }), 531],
    ['north-admin', () => ({}), ['north-admin']],
    ['north-admin', () => ({ listall: 'true' }), NORTH],
    ['north-admin', () => ({ domainid: idOf('north') }), ['north-admin', 'north-user']],
    ['north-admin', () => ({ domainid: idOf('north'), isrecursive: 'true' }), NORTH],
    ['north-admin', () => ({ domainid: idOf('far') }), ['far-user']],
    ['north-admin', () => ({ domainid: idOf('ROOT') }), 531],
    ['north-admin', () => ({ domainid: idOf('northern') }), 531],
    ['north-admin', () => ({ account: 'far-user', domainid: idOf('far') }), ['far-user']],
    ['north-admin', () => ({ account: 'north-user' }), ['north-user']],
    ['north-admin', () => ({ account: 'northern-user', domainid: idOf('northern') }), 531],
    ['admin', () => ({}), ['admin']],
    ['admin', () => ({ listall: 'true' }), EVERYTHING],
    ['admin', () => ({ listall: 'true', projectid: '-1' }), EVERYTHING],
    ['admin', () => ({ projectid: '-1' }), []],
    ['admin', () => ({ projectid: NOBODY }), 431],
    ['admin', () => ({ domainid: idOf('ROOT') }), ['root-user', 'admin']],
    ['admin', () => ({ domainid: idOf('ROOT'), isrecursive: 'true' }), EVERYTHING],
    ['admin', () => ({ account: 'far-user', domainid: idOf('far') }), ['far-user']],
    ['admin', () => ({ account: 'nobody', domainid: idOf('far') }), 431],
  ];

  test.each(asks)('%s who asks with %s sees its due', async (caller, wish, seen) => {
    const client = caller === 'admin' ? admin.client() : userOf(caller).client;
    if (typeof seen === 'number') expect((await client.refusal('listVirtualMachines', wish())).code).toBe(seen);
    else expect(each(await listed(client, 'listVirtualMachines', 'virtualmachine', wish()), 'name').sort()).toEqual([...seen].sort());
  });

  test('a domain administrator sees and stops one machine below its domain by its id, and none beside it', async () => {
    const all = await listed(server.admin, 'listVirtualMachines', 'virtualmachine', { listall: 'true' });
    const { client } = userOf('north-admin');
    const reach = async (owner: Owner) => {
      const id = String(all.find(({ name }) => name === owner)?.id);
      const shown = each(await listed(client, 'listVirtualMachines', 'virtualmachine', { id }), 'name');
      const { jobid, refused } = await client.call('stopVirtualMachine', { id }).then(
        (answer) => ({ jobid: String(answer.jobid), refused: undefined }),
        (error: unknown) => ({ jobid: undefined, refused: String(error) }),
      );
      if (jobid) await client.ended(jobid);
      return { shown, isRefused: refused !== undefined };
    };
    expect(await reach('far-user')).toEqual({ shown: ['far-user'], isRefused: false });
    expect(await reach('northern-user')).toEqual({ shown: [], isRefused: true });
    expect(await reach('root-user')).toEqual({ shown: [], isRefused: true });
  });

  test('a domain administrator makes machines for the accounts of its domains only', async () => {
    const { client } = userOf('north-admin');
    const { zoneid } = (await listed(server.admin, 'listVirtualMachines', 'virtualmachine', { listall: 'true' }))[0] as { zoneid: string };
    const made = await deploy(client, zoneid, { account: 'far-user', domainid: idOf('far') });
    expect(made).toMatchObject({ account: 'far-user', domainid: idOf('far') });
    const { code } = await client.refusal('deployVirtualMachine', { zoneid, account: 'northern-user', domainid: idOf('northern') });
    expect(code).toBe(531);
    await client.run('destroyVirtualMachine', { id: String(made.id), expunge: 'true' });
  });

  test('users and accounts are listed to those who govern them', async () => {
    const names = async (owner: Owner, command: string, object: string, field: string) =>
      each(await listed(userOf(owner).client, command, object, { listall: 'true' }), field).sort();
    expect(await names('north-admin', 'listAccounts', 'account', 'name')).toEqual([...NORTH].sort());
    expect(await names('north-admin', 'listUsers', 'user', 'username')).toEqual([...NORTH].sort());
    expect(await names('far-user', 'listAccounts', 'account', 'name')).toEqual(['far-user']);
    expect(await names('far-user', 'listUsers', 'user', 'username')).toEqual(['far-user']);
  });
});
