import { BEGUN } from '../../src/dao/job-dao.js';
import { randomUUID } from 'node:crypto';
import { commands } from '../../src/commands/index.js';
import { ABSENT } from '../kit/absent.js';
import {
  insertBackup,
  insertJob,
  insertOffering,
  insertRestore,
  insertSchedule,
  insertVm,
  insertVolume,
  insertWebhook,
  insertZone,
} from '../kit/builders.js';
import { forEachEngine, present } from '../kit/engines.js';
import { backedUpMachine, deploy, each, listed, makeDomain, makeZone, NOBODY, person, volumesOf } from '../kit/scene.js';
import { testServer, type TestUser } from '../kit/server.js';

type Parameters = Readonly<Record<string, string>>;

/** Who owns one of everything: in ROOT, in it north, in that far, and beside north northern. */
const OWNERS = ['root-user', 'north-admin', 'north-user', 'far-user', 'northern-user'] as const;
type Owner = (typeof OWNERS)[number];

/** Every list of things that accounts own, with the key of the things. */
const LISTS = [...new Map([...commands.values()].map((spec) => [spec.name, spec])).values()]
  .filter(({ name, parameters }) => {
    const names = parameters.map((parameter) => parameter.name);
    return ['account', 'domainid', 'listall'].every((wanted) => names.includes(wanted)) && !ABSENT.includes(name);
  })
  .map(({ name, returns }) => ({ command: name, object: returns.object }));
/** In these an administrator need not ask for all to see all. */
const ALL_UNASKED = ['listBackupSchedule', 'listUsers'];

forEachEngine((engine) => {
  const server = testServer(engine, { settings: { 'sandbox.enabled': false } });
  const users = new Map<Owner, TestUser>();
  const domains = new Map<string, string>();
  const idOf = (domain: string): string => present(domains.get(domain));
  const clientOf = (caller: Owner | 'admin') => (caller === 'admin' ? server.admin : present(users.get(caller)).client);

  /** Gives the account one of everything that lists show. */
  const possess = async (accountUuid: string): Promise<void> => {
    const { daos, knex } = server.db;
    const account = present(await daos.accounts.findByUuid(accountUuid));
    const owner = { accountId: account.id, domainId: account.domainId };
    const { id: zoneId } = await insertZone(daos, { name: `of ${account.name}` });
    const vm = await insertVm(daos, { ...owner, zoneId, name: account.name });
    await insertVolume(daos, { ...owner, zoneId });
    const volumes = [{ uuid: randomUUID(), name: 'root', type: 'ROOT', deviceNumber: 0, sizeBytes: 1, path: 'p' }];
    const manifest = JSON.stringify({ machine: { uuid: vm.uuid }, volumes });
    await insertRestore(daos, await insertBackup(daos, vm, await insertOffering(daos, { zoneId }), { manifest }));
    await insertSchedule(daos, vm, { nextRun: new Date('2999-01-01') });
    await insertWebhook(daos, { ...owner, state: 'Disabled' });
    const [user] = await daos.users.listByAccounts([account.id]);
    const job = await insertJob(daos, { ...owner, userId: present(user).id });
    // As if another server was at it, so that this one leaves it alone.
    const held = { holder: randomUUID(), leaseUntil: new Date('2999-01-01'), turn: BEGUN };
    await knex('async_job').where({ id: job.id }).update(held);
  };

  beforeAll(async () => {
    const [root] = await listed(server.admin, 'listDomains', 'domain', { name: 'ROOT' });
    domains.set('ROOT', String(root?.id)).set('root', String(root?.id));
    const make = async (name: string, parent = '') => domains.set(name, String((await makeDomain(server, { name, parent })).id));
    await make('north');
    await make('far', idOf('north'));
    // Their paths look as if they were in north: to whoever compares no further than its own length, or does not know case.
    await make('northern');
    await make('NORTH');
    await make('far', idOf('NORTH')).then((all) => all.set('other far', idOf('far')));
    domains.set('far', String((await listed(server.admin, 'listDomainChildren', 'domain', { id: idOf('north') }))[0]?.id));
    for (const owner of OWNERS) {
      const [domain = '', what] = owner.split('-');
      const user = await server.createUser(owner, { domainid: idOf(domain), accounttype: what === 'admin' ? '2' : '0' });
      users.set(owner, user);
      await possess(user.accountId);
    }
    const other = await server.createUser('other-far-user', { domainid: idOf('other far') });
    await possess(other.accountId);
    const [admin] = await listed(server.admin, 'listAccounts', 'account', { name: 'admin' });
    await possess(String(admin?.id));
  });

  const EVERYTHING = [...OWNERS, 'other-far-user', 'admin'];
  const NORTH = ['north-admin', 'north-user', 'far-user'];
  const asks: readonly (readonly [caller: Owner | 'admin', wish: () => Parameters, seen: readonly string[] | number])[] = [
    ['north-user', () => ({}), ['north-user']],
    ['north-user', () => ({ listall: 'true' }), ['north-user']],
    ['north-user', () => ({ listall: 'true', projectid: '-1' }), ['north-user']],
    ['north-user', () => ({ projectid: '-1' }), []],
    ['north-user', () => ({ domainid: idOf('north') }), ['north-user']],
    ['north-user', () => ({ domainid: idOf('north'), isrecursive: 'true' }), ['north-user']],
    ['north-user', () => ({ domainid: idOf('far') }), 531],
    ['north-user', () => ({ account: 'north-user' }), ['north-user']],
    ['north-user', () => ({ account: 'north-user', domainid: idOf('north') }), ['north-user']],
    ['north-user', () => ({ account: 'north-admin', domainid: idOf('north') }), 531],
    ['north-user', () => ({ account: 'nobody', domainid: idOf('north') }), 531],
    ['north-user', () => ({ account: 'nobody', domainid: idOf('northern') }), 531],
    ['north-admin', () => ({}), ['north-admin']],
    ['north-admin', () => ({ isrecursive: 'true' }), ['north-admin']],
    ['north-admin', () => ({ listall: 'true' }), NORTH],
    ['north-admin', () => ({ domainid: idOf('north') }), ['north-admin', 'north-user']],
    ['north-admin', () => ({ domainid: idOf('north'), isrecursive: 'true' }), NORTH],
    ['north-admin', () => ({ domainid: idOf('far') }), ['far-user']],
    ['north-admin', () => ({ domainid: idOf('ROOT') }), 531],
    ['north-admin', () => ({ domainid: idOf('northern') }), 531],
    ['north-admin', () => ({ domainid: idOf('other far') }), 531],
    ['north-admin', () => ({ account: 'far-user', domainid: idOf('far') }), ['far-user']],
    ['north-admin', () => ({ account: 'north-user' }), ['north-user']],
    ['north-admin', () => ({ account: 'nobody' }), 431],
    ['north-admin', () => ({ account: 'northern-user', domainid: idOf('northern') }), 531],
    ['north-admin', () => ({ account: 'nobody', domainid: idOf('northern') }), 531],
    ['admin', () => ({}), ['admin']],
    ['admin', () => ({ listall: 'true' }), EVERYTHING],
    ['admin', () => ({ listall: 'true', projectid: '-1' }), EVERYTHING],
    ['admin', () => ({ projectid: '-1' }), []],
    ['admin', () => ({ projectid: NOBODY }), 431],
    ['admin', () => ({ account: 'admin', projectid: '-1' }), 431],
    ['admin', () => ({ domainid: idOf('ROOT') }), ['root-user', 'admin']],
    ['admin', () => ({ domainid: idOf('ROOT'), isrecursive: 'true' }), EVERYTHING],
    ['admin', () => ({ account: 'far-user', domainid: idOf('far') }), ['far-user']],
    ['admin', () => ({ account: 'nobody', domainid: idOf('far') }), 431],
  ];

  describe.each(LISTS)('$command', ({ command, object }) => {
    test.each(asks)('shows its due to %s who asks with %s', async (caller, wish, seen) => {
      const client = clientOf(caller);
      const asksForSome = ['account', 'domainid', 'listall'].some((name) => name in wish());
      if (ALL_UNASKED.includes(command) && !asksForSome) return;
      if (typeof seen === 'number') return expect((await client.refusal(command, wish())).code).toBe(seen);
      const rows = await listed(client, command, object, wish());
      // Schedules do not show their account; the machines are named after theirs.
      const owners = new Set(rows.map(({ account, virtualmachinename }) => account ?? virtualmachinename));
      expect([...owners].sort()).toEqual([...seen].sort());
    });
  });

  test('a domain administrator makes machines and volumes for the accounts of its domains only', async () => {
    const { client } = present(users.get('north-admin'));
    const zoneid = await makeZone(server);
    const far = { account: 'far-user', domainid: idOf('far') };
    const beside = { account: 'northern-user', domainid: idOf('northern') };
    expect(await deploy(client, zoneid, far)).toMatchObject(far);
    const volume = { zoneid, name: 'v', size: '1' };
    expect(await client.run('createVolume', { ...volume, ...far })).toMatchObject({ volume: far });
    for (const command of ['deployVirtualMachine', 'createVolume']) {
      expect((await client.refusal(command, { ...volume, ...beside })).code).toBe(531);
      expect(await client.refusal(command, { ...volume, account: 'far-user' })).toEqual({
        code: 431,
        text: 'Account must be specified with domainId parameter',
      });
    }
  });

  test('what an administrator makes with the things of an account belongs to the account', async () => {
    const { client, account } = await server.createUser('served', { domainid: idOf('far') });
    const { vmId, backupId, backup } = await backedUpMachine(server, { client });
    const [volumeid = ''] = backup.volumeids as string[];
    const { zoneid } = (await listed(client, 'listVirtualMachines', 'virtualmachine', { id: vmId }))[0] as { zoneid: string };
    const spare = String((await deploy(client, zoneid)).id);
    const chief = clientOf('north-admin');
    await chief.run('createBackup', { virtualmachineid: vmId });
    await chief.run('restoreBackupVolume', { backupid: backupId, volumeid, virtualmachineid: spare });
    const backups = await listed(client, 'listBackups', 'backup');
    expect(backups).toHaveLength(2);
    const restored = (await volumesOf(chief, spare)).filter(({ name }) => String(name).startsWith('RestoredVol-'));
    expect(restored).toHaveLength(1);
    expect(new Set(each([...backups, ...restored], 'account'))).toEqual(new Set([account.name]));
  });

  test('users and accounts are listed to those who govern them', async () => {
    const names = async (owner: Owner, command: string, object: string, field: string) =>
      each(await listed(clientOf(owner), command, object, { listall: 'true' }), field)
        .filter((name) => name !== 'served')
        .sort();
    expect(await names('north-admin', 'listAccounts', 'account', 'name')).toEqual([...NORTH].sort());
    expect(await names('north-admin', 'listUsers', 'user', 'username')).toEqual([...NORTH].sort());
    await server.admin.call('createUser', { ...person('sibling'), account: 'far-user', domainid: idOf('far') });
    expect(await names('far-user', 'listAccounts', 'account', 'name')).toEqual(['far-user']);
    expect(await names('far-user', 'listUsers', 'user', 'username')).toEqual(['far-user']);
  });
});
