import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { commands } from '../../src/commands/index.js';
import { bindDaos } from '../../src/dao/database.js';
import { BEGUN } from '../../src/dao/job-dao.js';
import { ABSENT } from '../kit/absent.js';
import { held } from '../../src/usage/ledger-entries.js';
import {
  CREATED,
  insertAccount,
  insertAlert,
  insertBackup,
  insertDomain,
  insertEvent,
  insertJob,
  insertOffering,
  insertRepository,
  insertRestore,
  insertSchedule,
  insertUser,
  insertVm,
  insertVolume,
  insertWebhook,
  insertWebhookDelivery,
  insertZone,
} from '../kit/builders.js';
import { forEachEngine, present } from '../kit/engines.js';
import { addRepository, backedUpMachine, each, listed, makeZone, scheduleBackup } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { adminKeys } from '../kit/signed-request.js';

type Parameters = Readonly<Record<string, string>>;

interface ListCost {
  /** The key of the objects; undefined for lists that are always empty. */
  readonly object?: string;
  /** For the whole list, however long it is. */
  readonly whole: number;
  /** For its first page of ten: what is beyond must be counted. */
  readonly page: number;
  readonly parameters?: Parameters;
}

/** How many statements each list costs, once the caller's key is known: what is kept in memory costs none. */
const LISTS: Readonly<Record<string, ListCost>> = {
  listAccounts: { object: 'account', whole: 6, page: 7, parameters: { listall: 'true' } },
  listAlerts: { object: 'alert', whole: 1, page: 2 },
  listAsyncJobs: { object: 'asyncjobs', whole: 1, page: 2, parameters: { listall: 'true' } },
  listBackupOfferings: { object: 'backupoffering', whole: 1, page: 2 },
  listBackupPolicies: { object: 'backuppolicy', whole: 1, page: 2 },
  listBackupRepositories: { object: 'backuprepository', whole: 1, page: 2 },
  listBackupSchedule: { object: 'backupschedule', whole: 1, page: 2 },
  listVMBackups: { object: 'backup', whole: 1, page: 2, parameters: { listall: 'true' } },
  listBackups: { object: 'backup', whole: 1, page: 2, parameters: { listall: 'true' } },
  listCapacity: { object: 'capacity', whole: 1, page: 1 },
  listConfigurationGroups: { whole: 0, page: 0 },
  listConfigurations: { object: 'configuration', whole: 0, page: 0 },
  listDomainChildren: { object: 'domain', whole: 2, page: 3, parameters: { isrecursive: 'true' } },
  listDomains: { object: 'domain', whole: 6, page: 7 },
  listEventTypes: { object: 'eventtype', whole: 0, page: 0 },
  listEvents: { object: 'event', whole: 1, page: 2, parameters: { listall: 'true' } },
  listInfrastructure: { whole: 1, page: 1 },
  listResourceLimits: { object: 'resourcelimit', whole: 2, page: 2 },
  listRestores: { object: 'restore', whole: 1, page: 2, parameters: { listall: 'true' } },
  listRoles: { object: 'role', whole: 0, page: 0 },
  listUsageRecords: { object: 'usagerecord', whole: 2, page: 3, parameters: { startdate: '2026-01-01', enddate: '2026-12-31' } },
  listUsers: { object: 'user', whole: 1, page: 2 },
  listVirtualMachines: { object: 'virtualmachine', whole: 1, page: 2, parameters: { listall: 'true' } },
  listVirtualMachinesMetrics: { object: 'virtualmachine', whole: 1, page: 2, parameters: { listall: 'true' } },
  listVolumes: { object: 'volume', whole: 1, page: 2, parameters: { listall: 'true' } },
  listVolumesMetrics: { object: 'volume', whole: 1, page: 2, parameters: { listall: 'true' } },
  listWebhookDeliveries: { object: 'webhookdelivery', whole: 1, page: 2 },
  listWebhooks: { object: 'webhook', whole: 1, page: 2, parameters: { listall: 'true' } },
  listZones: { object: 'zone', whole: 0, page: 0 },
  listZonesMetrics: { object: 'zone', whole: 0, page: 0 },
};

/** Lists that are not shown page by page. */
const UNPAGED = [
  'listApis',
  'listBackupProviders',
  'listCapabilities',
  'listRolePermissions',
  'listUsageTypes',
  ...ABSENT.filter((name) => name.startsWith('list')),
];
/** Lists that are asked of a provider or an inventory source. */
const REMOTE = [
  ...['listBackupProviderOfferings', 'listDiskOfferings', 'listHypervisors', 'listNetworks', 'listOsCategories', 'listOsTypes'],
  ...['listServiceOfferings', 'listTemplates'],
];
/** Parts of one thing. */
const PARTS = ['listNics'];

const ROWS = 200;
/** Lists whose length a test cannot choose. */
const FIXED = ['listConfigurationGroups', 'listConfigurations', 'listEventTypes', 'listInfrastructure', 'listResourceLimits', 'listRoles'];
/** A list that reads what has happened to its machines, so many at once. */
const USAGE = 'listUsageRecords';
const MACHINES_AT_ONCE = 25;

forEachEngine((engine) => {
  const server = testServer(engine);
  const cost = async (command: string, parameters: Parameters = {}) =>
    (await server.statements.during(() => server.admin.call(command, parameters))).length;

  /** Waits until the server has noticed its own changes, and the caller's key is known again. */
  const settle = async () => {
    for (let round = 0, quiet = 0; quiet < 8; round++, quiet++) {
      if (round === 80) throw new Error('the server does not come to rest');
      const looked = await server.statements.during(async () => {
        await server.admin.call('listCapabilities');
        await pause(100);
      });
      if (looked.length > 0) quiet = -1;
    }
  };

  test('every list has its price', () => {
    const lists = [...commands.keys()].filter((name) => name.startsWith('list'));
    expect([...Object.keys(LISTS), ...UNPAGED, ...REMOTE, ...PARTS].map((name) => name.toLowerCase()).sort()).toEqual(lists.sort());
  });

  describe('with one row of everything', () => {
    beforeAll(async () => {
      const { zoneId, vmId, backupId } = await backedUpMachine(server);
      await server.admin.run('restoreBackup', { id: backupId });
      await addRepository(server, zoneId);
      await scheduleBackup(server.admin, vmId);
      await insertWebhookDelivery(server.db.daos, await insertWebhook(server.db.daos));
      await settle();
    });

    test.each(Object.entries(LISTS))('%s costs what it says', async (command, { whole, parameters = {} }) => {
      expect(await cost(command, parameters)).toBe(whole);
    });

    test.each(UNPAGED)('%s costs nothing', async (command) => {
      expect(await cost(command)).toBe(0);
    });

    test.each(REMOTE)('%s asks the plugin and not the database', async (command) => {
      const zoneid = String((await listed(server.admin, 'listZones', 'zone', { name: 'sandbox' }))[0]?.id);
      expect(await cost(command, { zoneid, templatefilter: 'all' })).toBe(0);
    });
  });

  describe(`with ${ROWS} rows of everything`, () => {
    beforeAll(async () => {
      const { daos, knex } = server.db;
      const domain = await insertDomain(daos);
      const { id: zoneId } = await insertZone(daos);
      const { id: repositoryId } = await addRepository(server, await makeZone(server));
      const { mountOptions } = present(await daos.repositories.findByUuid(String(repositoryId)));
      const volumes = [{ uuid: randomUUID(), name: 'root', type: 'ROOT', deviceNumber: 0, sizeBytes: 1, path: 'p' }];
      for (let row = 0; row < ROWS; row++) {
        const { id: accountId } = await insertAccount(daos, { domainId: domain.id });
        const owner = { accountId, domainId: domain.id };
        const user = await insertUser(daos, owner);
        const vm = await insertVm(daos, { ...owner, zoneId: row === 0 ? zoneId : (await insertZone(daos)).id });
        await insertVolume(daos, { ...owner, zoneId: vm.zoneId, vmId: vm.id });
        await insertSchedule(daos, vm);
        await insertRepository(daos, { zoneId: vm.zoneId, mountOptions });
        const manifest = JSON.stringify({ machine: { uuid: vm.uuid }, volumes });
        const backup = await insertBackup(daos, vm, await insertOffering(daos, { zoneId: vm.zoneId }), { manifest });
        await daos.usage.append(held(backup, CREATED));
        await insertRestore(daos, backup);
        await insertWebhookDelivery(daos, await insertWebhook(daos, owner));
        await insertDomain(daos);
        await insertAlert(daos);
        await daos.capacities.save({ zoneId: vm.zoneId, usedBytes: 1, totalBytes: 2, measured: CREATED });
        await insertEvent(daos, { userId: user.id, ...owner });
        await knex.transaction(async (tx) => {
          const { id } = await insertJob(bindDaos(tx), { userId: user.id, ...owner, machineUuid: vm.uuid });
          // As if another server was at it, so that this one leaves it alone.
          await tx('async_job')
            .where({ id })
            .update({ holder: randomUUID(), leaseUntil: new Date('2999-01-01'), turn: BEGUN });
        });
      }
      // Zones that are new in the database are known when a change is announced.
      const zone = { name: 'the last', networktype: 'Basic', dns1: '10.0.0.1', internaldns1: '10.0.0.2' };
      await server.admin.call('createZone', zone);
      await settle();
    });

    const growing = Object.entries(LISTS).filter(([command]) => ![...FIXED, USAGE].includes(command));

    test.each(growing)('%s costs as much as with one', async (command, { object, whole, parameters = {} }) => {
      expect((await listed(server.admin, command, present(object), parameters)).length).toBeGreaterThanOrEqual(ROWS);
      expect(await cost(command, parameters)).toBe(whole);
    });

    test('listUsageRecords costs one more for every so many machines', async () => {
      expect(await cost(USAGE, LISTS[USAGE]?.parameters)).toBe(1 + Math.ceil((ROWS + 1) / MACHINES_AT_ONCE));
    });

    test.each(Object.entries(LISTS))('a page of %s costs one more at most', async (command, { page, parameters = {} }) => {
      expect(await cost(command, { ...parameters, page: '1', pagesize: '10' })).toBe(page);
    });

    test('a page far down costs no more than the first', async () => {
      const far = { listall: 'true', page: '10', pagesize: '20' };
      expect([await cost('listVirtualMachines', far), await cost('listBackups', far)]).toEqual([2, 2]);
    });
  });

  describe('one thing', () => {
    let ids: Parameters = {};
    beforeAll(async () => {
      const { vmId, backupId, policyId } = await backedUpMachine(server);
      const [volume] = await listed(server.admin, 'listVolumes', 'volume', { virtualmachineid: vmId });
      const { jobid } = await server.admin.call('createBackup', { virtualmachineid: vmId });
      await server.admin.ended(String(jobid));
      const [user] = await listed(server.admin, 'listUsers', 'user', { username: 'admin' });
      const [zone] = each(await listed(server.admin, 'listZones', 'zone', { name: 'sandbox' }), 'id');
      ids = {
        vm: vmId,
        backup: backupId,
        policy: policyId,
        volume: String(volume?.id),
        job: String(jobid),
        user: String(user?.id),
        zone: String(zone),
      };
      await settle();
    });

    test.each([
      ['queryAsyncJobResult', { jobid: 'job' }, 1],
      ['listVirtualMachines', { id: 'vm' }, 2],
      ['listVolumes', { id: 'volume' }, 2],
      ['listVolumes', { virtualmachineid: 'vm' }, 2],
      ['listNics', { virtualmachineid: 'vm' }, 1],
      ['listBackups', { id: 'backup' }, 2],
      ['listBackups', { virtualmachineid: 'vm' }, 2],
      ['listBackupPolicies', { id: 'policy' }, 2],
      ['listEvents', { resourceid: 'vm' }, 1],
      ['listUsers', { id: 'user' }, 2],
      ['listZones', { id: 'zone' }, 0],
      ['getUserKeys', { id: 'user' }, 1],
    ])('by %s %j costs %i', async (command, named: Parameters, statements) => {
      const parameters = Object.fromEntries(Object.entries(named).map(([name, what]) => [name, present(ids[what])]));
      expect(await cost(command, parameters)).toBe(statements);
    });

    test('by getUser costs 1', async () => {
      expect(await cost('getUser', { userapikey: adminKeys(server).apikey })).toBe(1);
    });
  });

  describe('a caller', () => {
    test('costs one statement the first time and none from then on', async () => {
      const { client } = await server.createUser('newcomer');
      await settle();
      const calls = [
        await server.statements.during(() => client.call('listZones')),
        await server.statements.during(() => client.call('listZones')),
      ];
      expect(calls.map(({ length }) => length)).toEqual([1, 0]);
    });

    test('whose signature is wrong costs none', async () => {
      await settle();
      const forger = server.client({ ...adminKeys(server), secretkey: 'forged' });
      expect(await server.statements.during(() => forger.refusal('listBackups'))).toEqual([]);
    });

    test('costs none for a command that is refused as it stands', async () => {
      await settle();
      const refused = () => server.admin.refusal('listBackups', { id: 'x' });
      expect(await server.statements.during(refused)).toEqual([]);
    });
  });
});
