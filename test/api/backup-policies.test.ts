import type { Answer } from '../../src/client/api-client.js';
import { forEachEngine } from '../kit/engines.js';
import {
  backedUpMachine,
  configure,
  each,
  importPolicy,
  listed,
  makeZone,
  NOBODY,
  only,
  protectedMachine,
  script,
  uniqueName,
} from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { aDate, aUuid } from '../kit/signed-request.js';

forEachEngine((engine) => {
  const server = testServer(engine);
  const policies = (parameters = {}) => listed(server.admin, 'listBackupPolicies', 'backuppolicy', parameters);

  describe('listBackupProviders', () => {
    test('shows the loaded providers', async () => {
      const own = { description: expect.any(String) as string, version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string };
      const providers = ['dummy', 'veeam'].map((name) => ({ name, ...own }));
      expect(await server.admin.call('listBackupProviders')).toEqual({ count: 2, providers });
    });

    test('finds a provider by its name exactly as it is written', async () => {
      expect(await listed(server.admin, 'listBackupProviders', 'providers', { name: 'dummy' })).toHaveLength(1);
      expect(await server.admin.call('listBackupProviders', { name: 'DUMMY' })).toEqual({});
    });
  });

  describe('listBackupPolicies with external=true', () => {
    test('shows what the provider of the zone offers, without ids', async () => {
      const zoneid = await makeZone(server, { name: uniqueName('offers') });
      const { name: zonename } = await only(server.admin, 'listZones', 'zone', { id: zoneid });
      expect(await server.admin.call('listBackupPolicies', { external: 'true', zoneid })).toEqual({
        count: 2,
        backuppolicy: [
          { name: 'Golden Policy', description: 'Gold description', externalid: 'gold-policy', zoneid, zonename },
          { name: 'Silver Policy', description: 'Silver description', externalid: 'silver-policy', zoneid, zonename },
        ],
      });
    });

    test('shows one page and counts all', async () => {
      const zoneid = await makeZone(server);
      const page = await server.admin.call('listBackupPolicies', { external: 'true', zoneid, page: '2', pagesize: '1' });
      expect(page).toEqual({ count: 2, backuppolicy: [expect.objectContaining({ externalid: 'silver-policy' })] });
    });

    test('is refused without a zone', async () => {
      const refusal = await server.admin.refusal('listBackupPolicies', { external: 'true' });
      expect(refusal).toEqual({ code: 431, text: 'parameter zoneid: is needed with external=true' });
    });

    test('is refused for a zone in which backups are off', async () => {
      const zoneid = await makeZone(server, { enabled: 'false' });
      expect((await server.admin.refusal('listBackupPolicies', { external: 'true', zoneid })).code).toBe(530);
    });

    test('is refused to users', async () => {
      const zoneid = await makeZone(server);
      const { client } = await server.createUser(uniqueName('curious'));
      expect((await client.refusal('listBackupPolicies', { external: 'true', zoneid })).code).toBe(531);
    });

    test('says so when the provider fails', async () => {
      const zoneid = await makeZone(server);
      await script(server, zoneid, { 'fail.call': 'listOfferings', 'fail.fault': 'auth' });
      const { code, text } = await server.admin.refusal('listBackupPolicies', { external: 'true', zoneid });
      expect(code).toBe(530);
      expect(text).toContain('scripted fault: listOfferings');
    });

    test('is refused for a zone whose provider this server has not loaded', async () => {
      const zoneid = await makeZone(server);
      const { id: scopeId } = (await server.db.daos.zones.listAll()).at(-1)!;
      await server.db.daos.configuration.save({ name: 'backup.framework.provider.plugin', scope: 'Zone', scopeId, value: 'gone' });
      await configure(server, 'backup.framework.enabled', 'true', zoneid);
      const { code, text } = await server.admin.refusal('listBackupPolicies', { external: 'true', zoneid });
      expect(code).toBe(530);
      expect(text).toContain('cannot be served: there is no backup plugin "gone"');
    });
  });

  describe('listBackupPolicies', () => {
    test('shows imported policies to everybody', async () => {
      const id = await importPolicy(server, await makeZone(server));
      const { client } = await server.createUser(uniqueName('reader'));
      expect(await only(client, 'listBackupPolicies', 'backuppolicy', { id })).toEqual(
        await only(server.admin, 'listBackupPolicies', 'backuppolicy', { id }),
      );
    });

    test('shows the policies of one zone', async () => {
      const zones = [await makeZone(server), await makeZone(server)] as const;
      const ids = [await importPolicy(server, zones[0]), await importPolicy(server, zones[1])];
      expect(each(await policies({ zoneid: zones[1] }), 'id')).toEqual([ids[1]]);
      expect(each(await policies(), 'id')).toEqual(expect.arrayContaining(ids));
    });

    test('finds a policy by name and by a part of it', async () => {
      const name = uniqueName('Weekly');
      const id = await importPolicy(server, await makeZone(server), { name });
      expect(each(await policies({ name }), 'id')).toEqual([id]);
      expect(each(await policies({ keyword: name.toUpperCase() }), 'id')).toEqual([id]);
      expect(await policies({ name: name.slice(1) })).toEqual([]);
    });

    test.each(['id', 'backuppolicyid', 'policyid'])('finds a policy by its id, sent as %s', async (parameter) => {
      const id = await importPolicy(server, await makeZone(server));
      expect(each(await policies({ [parameter]: id }), 'id')).toEqual([id]);
    });

    test('shows one page and counts all', async () => {
      const zoneid = await makeZone(server);
      await importPolicy(server, zoneid);
      const id = await importPolicy(server, zoneid, { externalid: 'silver-policy' });
      const page = await server.admin.call('listBackupPolicies', { zoneid, page: '2', pagesize: '1' });
      expect(page).toEqual({ count: 2, backuppolicy: [expect.objectContaining({ id })] });
    });
  });

  describe('importBackupPolicy', () => {
    test('answers the policy, which users may take backups under', async () => {
      const zoneid = await makeZone(server);
      const name = uniqueName('imported');
      expect(await server.admin.run('importBackupPolicy', { zoneid, name, externalid: 'gold-policy', description: 'ours' })).toEqual({
        backuppolicy: {
          id: aUuid,
          name,
          description: 'ours',
          externalid: 'gold-policy',
          zoneid,
          zonename: expect.any(String) as string,
          allowuserdrivenbackups: true,
          provider: 'dummy',
          created: aDate,
        },
      });
    });

    test('takes the description of the provider if none is given', async () => {
      const id = await importPolicy(server, await makeZone(server));
      expect(await policies({ id })).toMatchObject([{ description: 'Gold description' }]);
    });

    test('can keep users from taking backups', async () => {
      const id = await importPolicy(server, await makeZone(server), { allowuserdrivenbackups: 'false' });
      expect(await policies({ id })).toMatchObject([{ allowuserdrivenbackups: false }]);
    });

    test('imports the same policy into two zones', async () => {
      const name = uniqueName('both');
      await importPolicy(server, await makeZone(server), { name });
      await importPolicy(server, await makeZone(server), { name });
      expect(await policies({ name })).toHaveLength(2);
    });

    test('imports a policy once when asked for it twice at the same time', async () => {
      const zoneid = await makeZone(server);
      const twice = await Promise.allSettled([importPolicy(server, zoneid), importPolicy(server, zoneid)]);
      expect(twice.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await policies({ zoneid })).toHaveLength(1);
    });

    const refusalOf = async (zoneid: string, overrides: Readonly<Record<string, string>>) => {
      const before = await policies({ zoneid });
      const refusal = await server.admin.refusal('importBackupPolicy', {
        zoneid,
        name: uniqueName('refused'),
        externalid: 'gold-policy',
        ...overrides,
      });
      expect(await policies({ zoneid })).toEqual(before);
      return refusal;
    };

    test('refuses a policy that the zone has imported', async () => {
      const zoneid = await makeZone(server);
      const id = await importPolicy(server, zoneid);
      const { code, text } = await refusalOf(zoneid, {});
      expect(code).toBe(530);
      expect(text).toContain(`already, as ${id}`);
    });

    test('refuses a name that the zone has', async () => {
      const zoneid = await makeZone(server);
      const name = uniqueName('taken');
      const id = await importPolicy(server, zoneid, { name });
      const { code, text } = await refusalOf(zoneid, { name, externalid: 'silver-policy' });
      expect(code).toBe(530);
      expect(text).toContain(`named "${name}" already, ${id}`);
    });

    test('refuses a policy that the provider does not have', async () => {
      const { code, text } = await refusalOf(await makeZone(server), { externalid: 'bronze-policy' });
      expect(code).toBe(530);
      expect(text).toContain('has no offering bronze-policy');
    });

    test('refuses a zone in which backups are off', async () => {
      expect((await refusalOf(await makeZone(server, { enabled: 'false' }), {})).code).toBe(530);
    });

    test('imports nothing when the provider fails', async () => {
      const zoneid = await makeZone(server);
      await script(server, zoneid, { 'fail.call': 'listOfferings' });
      expect((await refusalOf(zoneid, {})).code).toBe(530);
    });
  });

  describe('deleteBackupPolicy', () => {
    test.each(['backuppolicyid', 'policyid', 'id'])('removes the policy whose id is sent as %s', async (parameter) => {
      const zoneid = await makeZone(server);
      const id = await importPolicy(server, zoneid);
      expect(await server.admin.call('deleteBackupPolicy', { [parameter]: id })).toEqual({ success: true });
      expect(await policies({ zoneid })).toEqual([]);
      expect((await server.admin.refusal('listBackupPolicies', { id })).code).toBe(431);
    });

    test('makes room for the same policy to be imported again', async () => {
      const zoneid = await makeZone(server);
      const name = uniqueName('again');
      const first = await importPolicy(server, zoneid, { name });
      await server.admin.call('deleteBackupPolicy', { backuppolicyid: first });
      expect(await importPolicy(server, zoneid, { name })).not.toBe(first);
    });

    test('leaves the backups that were taken under it', async () => {
      const { vmId, policyId, backup } = await backedUpMachine(server);
      await server.admin.run('removeVirtualMachineFromBackupOffering', { virtualmachineid: vmId });
      await server.admin.call('deleteBackupPolicy', { backuppolicyid: policyId });
      const left: Answer = await only(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId });
      expect(left).toEqual({ ...backup, vmbackupofferingremoved: true });
    });

    test('refuses a policy that machines are assigned to', async () => {
      const { policyId } = await protectedMachine(server);
      const { code, text } = await server.admin.refusal('deleteBackupPolicy', { backuppolicyid: policyId });
      expect(code).toBe(530);
      expect(text).toContain('has virtual machines assigned to it');
      expect(await policies({ id: policyId })).toHaveLength(1);
    });

    test('refuses a policy of a zone in which backups are off', async () => {
      const zoneid = await makeZone(server);
      const id = await importPolicy(server, zoneid);
      await configure(server, 'backup.framework.enabled', 'false', zoneid);
      expect((await server.admin.refusal('deleteBackupPolicy', { id })).code).toBe(530);
      expect(await policies({ id })).toHaveLength(1);
    });

    test('refuses a policy that is deleted already', async () => {
      const id = await importPolicy(server, await makeZone(server));
      await server.admin.call('deleteBackupPolicy', { id });
      const { code, text } = await server.admin.refusal('deleteBackupPolicy', { backuppolicyid: id });
      expect(code).toBe(431);
      expect(text).toContain(`Invalid parameter backuppolicyid value=${id}`);
    });

    test('refuses two names of the parameter with different ids', async () => {
      const id = await importPolicy(server, await makeZone(server));
      const { code } = await server.admin.refusal('deleteBackupPolicy', { backuppolicyid: id, policyid: NOBODY });
      expect(code).toBe(431);
      expect(await policies({ id })).toHaveLength(1);
    });
  });
});
