import type { Answer } from '../../src/client/api-client.js';
import { forEachEngine } from '../kit/engines.js';
import { backedUpMachine, deploy, each, importPolicy, listed, makeZone, only, protectedMachine, uniqueName } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { aDate, aUuid } from '../kit/signed-request.js';

forEachEngine((engine) => {
  const server = testServer(engine);
  const offerings = (parameters = {}) => listed(server.admin, 'listBackupOfferings', 'backupoffering', parameters);

  async function importOffering(zoneid: string, overrides: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const wish = { name: uniqueName('offering'), description: 'nightly', externalid: 'gold-policy', allowuserdrivenbackups: 'true' };
    const { backupoffering } = await server.admin.run('importBackupOffering', { ...wish, zoneid, ...overrides });
    return backupoffering as Answer;
  }

  test('listBackupProviderOfferings shows what the provider offers, each with an id that can be sent back as its external id', async () => {
    const zoneid = await makeZone(server);
    const { name: zonename } = await only(server.admin, 'listZones', 'zone', { id: zoneid });
    const common = { provider: 'dummy', allowuserdrivenbackups: true, zoneid, zonename };
    const gold = { id: 'gold-policy', externalid: 'gold-policy', name: 'Golden Policy', description: 'Gold description' };
    const silver = { id: 'silver-policy', externalid: 'silver-policy', name: 'Silver Policy', description: 'Silver description' };
    expect(await server.admin.call('listBackupProviderOfferings', { zoneid })).toEqual({
      count: 2,
      backupoffering: [
        { ...gold, ...common },
        { ...silver, ...common },
      ],
    });
  });

  test('importBackupOffering makes an offering that is a policy under another name', async () => {
    const zoneid = await makeZone(server);
    const imported = await importOffering(zoneid, { name: 'Gold', allowuserdrivenbackups: 'false' });
    const { name: zonename } = await only(server.admin, 'listZones', 'zone', { id: zoneid });
    expect(imported).toEqual({
      id: aUuid,
      name: 'Gold',
      description: 'nightly',
      provider: 'dummy',
      externalid: 'gold-policy',
      allowuserdrivenbackups: false,
      zoneid,
      zonename,
      created: aDate,
    });
    expect(await offerings({ zoneid })).toEqual([imported]);
    expect(await only(server.admin, 'listBackupPolicies', 'backuppolicy', { zoneid })).toMatchObject({ id: imported.id, name: 'Gold' });
  });

  test.each(['name', 'description', 'externalid', 'zoneid', 'allowuserdrivenbackups'])('importBackupOffering needs %s', async (name) => {
    const wish = { name: 'n', description: 'd', externalid: 'gold-policy', zoneid: await makeZone(server), allowuserdrivenbackups: 'true' };
    const { [name as keyof typeof wish]: _left, ...others } = wish;
    const { code, text } = await server.admin.refusal('importBackupOffering', others);
    expect([code, text]).toEqual([431, `Unable to execute API command importbackupoffering due to missing parameter ${name}`]);
  });

  describe('listBackupOfferings', () => {
    test('finds offerings by id, zone and a part of the name', async () => {
      const zoneid = await makeZone(server);
      const gold = await importOffering(zoneid, { name: uniqueName('Needle') });
      await importOffering(zoneid, { externalid: 'silver-policy' });
      expect(await offerings({ id: String(gold.id) })).toEqual([gold]);
      expect(await offerings({ keyword: String(gold.name).toLowerCase() })).toEqual([gold]);
      expect(await offerings({ zoneid })).toHaveLength(2);
    });
  });

  describe('updateBackupOffering', () => {
    test('changes what is given and nothing else', async () => {
      const offering = await importOffering(await makeZone(server));
      const name = uniqueName('renamed');
      const { backupoffering } = await server.admin.call('updateBackupOffering', { id: String(offering.id), name });
      expect(backupoffering).toEqual({ ...offering, name });
      const other = { id: String(offering.id), description: 'weekly', allowuserdrivenbackups: 'false' };
      await server.admin.call('updateBackupOffering', other);
      const changed = { ...offering, name, description: 'weekly', allowuserdrivenbackups: false };
      expect(await offerings({ id: String(offering.id) })).toEqual([changed]);
    });

    test('is refused when there is nothing to change', async () => {
      const { id } = await importOffering(await makeZone(server));
      const { code, text } = await server.admin.refusal('updateBackupOffering', { id: String(id), name: '' });
      expect([code, text]).toEqual([431, expect.stringContaining('there is nothing to change')]);
    });

    test('is refused for a name that the zone has already', async () => {
      const zoneid = await makeZone(server);
      const [one, other] = [await importOffering(zoneid), await importOffering(zoneid, { externalid: 'silver-policy' })];
      const { code } = await server.admin.refusal('updateBackupOffering', { id: String(one.id), name: String(other.name) });
      expect(code).toBe(530);
      expect(await offerings({ id: String(one.id) })).toEqual([one]);
    });
  });

  describe('assignVirtualMachineToBackupOffering', () => {
    test('puts a machine under an offering', async () => {
      const zoneid = await makeZone(server);
      const backupofferingid = await importPolicy(server, zoneid);
      const virtualmachineid = String((await deploy(server.admin, zoneid)).id);
      const answer = await server.admin.run('assignVirtualMachineToBackupOffering', { virtualmachineid, backupofferingid });
      expect(answer).toEqual({ success: true });
      const assigned = await listed(server.admin, 'listVirtualMachines', 'virtualmachine', { backupofferingid });
      expect(each(assigned, 'id')).toEqual([virtualmachineid]);
    });

    test('is refused for a machine that is under it already', async () => {
      const { policyId: backupofferingid, vmId: virtualmachineid } = await protectedMachine(server);
      const wish = { virtualmachineid, backupofferingid };
      const { code, text } = await server.admin.refusal('assignVirtualMachineToBackupOffering', wish);
      expect([code, text]).toEqual([530, expect.stringContaining('has a backup offering already')]);
    });
  });

  describe('deleteBackupOffering', () => {
    test('is refused while a machine is assigned or a backup is there, and succeeds afterwards', async () => {
      const { policyId: id, vmId: virtualmachineid, backupId } = await backedUpMachine(server);
      const refusal = async () => (await server.admin.refusal('deleteBackupOffering', { id })).text;
      expect(await refusal()).toContain('has virtual machines assigned to it');
      await server.admin.run('removeVirtualMachineFromBackupOffering', { virtualmachineid, forced: 'true' });
      expect(await refusal()).toContain('has backups; delete them first');
      await server.admin.run('deleteBackup', { id: backupId });
      expect(await server.admin.call('deleteBackupOffering', { id })).toEqual({ success: true });
      expect((await server.admin.refusal('listBackupOfferings', { id })).code).toBe(431);
    });
  });

  test('restoreVolumeFromBackupAndAttachToVM is restoreBackupVolume under another name', async () => {
    const { zoneId, backupId: backupid, backup } = await backedUpMachine(server);
    const virtualmachineid = String((await deploy(server.admin, zoneId)).id);
    const [volumeid] = backup.volumeids as [string];
    const answer = await server.admin.run('restoreVolumeFromBackupAndAttachToVM', { backupid, volumeid, virtualmachineid });
    expect(answer).toMatchObject({ success: true, restoredvolumes: [{ backupvolumeid: volumeid, verdict: 'Matches' }] });
    const names = each(await listed(server.admin, 'listVolumes', 'volume', { virtualmachineid, type: 'DATADISK' }), 'name');
    expect(names).toEqual([expect.stringMatching(/^RestoredVol-ROOT-/)]);
  });
});
