import type { Answer } from '../../src/client/api-client.js';
import { Clock, hold } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import {
  backedUpMachine,
  configure,
  deploy,
  each,
  GIB,
  listed,
  makeZone,
  NOBODY,
  only,
  protectedMachine,
  script,
  takeBackup,
  uniqueName,
  volumesOf,
} from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { aDate, aUuid } from '../kit/signed-request.js';

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  const backups = (parameters = {}) => listed(server.admin, 'listBackups', 'backup', parameters);
  const backupsOf = (virtualmachineid: string) => backups({ virtualmachineid });
  const create = (virtualmachineid: string, more = {}) => server.admin.run('createBackup', { virtualmachineid, ...more });
  const refusalOf = (virtualmachineid: string, more = {}) => server.admin.refusal('createBackup', { virtualmachineid, ...more });

  describe('createBackup', () => {
    test('takes a backup of a machine with all its volumes', async () => {
      const { vmId, vmName, policyId, zoneId } = await protectedMachine(server, { machine: { size: '2' } });
      expect(await create(vmId)).toEqual({ success: true });
      const [root, data] = await volumesOf(server.admin, vmId);
      const textOf = (volume: typeof root) => ({
        uuid: volume?.id,
        type: volume?.type,
        size: volume?.size,
        path: volume?.path,
        deviceId: volume?.deviceid,
      });
      const backup = await only(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId });
      expect(backup).toEqual({
        id: aUuid,
        name: expect.stringMatching(new RegExp(`^${vmName}-\\d{4}-\\d{2}-\\d{2}T`)) as string,
        virtualmachineid: vmId,
        virtualmachinename: vmName,
        externalid: expect.stringMatching(/^dummy-/) as string,
        type: 'FULL',
        created: aDate,
        size: 3 * GIB,
        virtualsize: 3 * GIB,
        status: 'BackedUp',
        volumes: JSON.stringify([textOf(root), textOf(data)]),
        volumeids: [root?.id, data?.id],
        backupofferingid: policyId,
        backupofferingname: expect.any(String) as string,
        accountid: aUuid,
        account: 'admin',
        domainid: aUuid,
        domain: 'ROOT',
        zoneid: zoneId,
        zone: expect.any(String) as string,
        intervaltype: 'MANUAL',
      });
    });

    test('keeps the name and the description that it is given', async () => {
      const { vmId } = await protectedMachine(server);
      await create(vmId, { name: 'before the update', description: 'just in case' });
      expect(await backupsOf(vmId)).toMatchObject([{ name: 'before the update', description: 'just in case' }]);
    });

    test('holds the guest still when that is asked for and the provider can', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      const { code, text } = await server.admin.refusal('createBackup', { virtualmachineid: vmId, quiescevm: 'true' });
      expect([code, text]).toEqual([530, 'backup provider dummy cannot quiesce a virtual machine']);
      expect(await backupsOf(vmId)).toEqual([]);
      await script(server, zoneId, { quiesce: 'true' });
      await create(vmId, { quiescevm: 'true' });
      const [held] = (await server.db.knex('plugin_store').where('entryKey', 'like', 'backup/%').where('value', 'like', `%${vmId}%`)) as {
        value: string;
      }[];
      expect(JSON.parse(held?.value ?? '{}')).toMatchObject({ quiesced: true });
    });

    test('names the machine beside the job', async () => {
      const { vmId } = await protectedMachine(server);
      const { id, jobid } = await server.admin.call('createBackup', { virtualmachineid: vmId });
      expect(id).toBe(vmId);
      await server.admin.ended(String(jobid));
    });

    test('names a backup that is given an empty name as one that is given none', async () => {
      const { vmId, vmName } = await protectedMachine(server);
      await create(vmId, { name: '' });
      expect(await backupsOf(vmId)).toMatchObject([{ name: expect.stringMatching(`^${vmName}-\\d{4}-`) as string }]);
    });

    test('takes a backup of a running machine', async () => {
      const { vmId } = await protectedMachine(server, { machine: { startvm: 'true' } });
      await create(vmId);
      expect(await backupsOf(vmId)).toMatchObject([{ status: 'BackedUp' }]);
    });

    test('takes one backup for each time it is asked', async () => {
      const { vmId } = await protectedMachine(server);
      await Promise.all([create(vmId), create(vmId), create(vmId)]);
      const taken = await backupsOf(vmId);
      expect(new Set(each(taken, 'externalid')).size).toBe(3);
      expect(each(taken, 'status')).toEqual(['BackedUp', 'BackedUp', 'BackedUp']);
    });

    test('records the size that the provider reports', async () => {
      const { vmId, zoneId } = await protectedMachine(server);
      await script(server, zoneId, { 'size.bytes': '4711' });
      await create(vmId);
      expect(await backupsOf(vmId)).toMatchObject([{ size: 4711, virtualsize: 4711 }]);
    });

    test('shows the backup as BackingUp until the provider has confirmed it', async () => {
      const { vmId, zoneId } = await protectedMachine(server);
      const job = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
      const [meanwhile] = await backupsOf(vmId);
      await job.letGo();
      expect(meanwhile).toMatchObject({ status: 'BackingUp', size: 0, virtualsize: GIB });
      expect(meanwhile).not.toHaveProperty('externalid');
      expect(await backupsOf(vmId)).toMatchObject([{ id: meanwhile?.id, status: 'BackedUp', size: GIB }]);
    });
  });

  describe('createBackup refuses', () => {
    test('a machine without a policy', async () => {
      const vmId = String((await deploy(server.admin, await makeZone(server))).id);
      expect(await refusalOf(vmId)).toEqual({ code: 530, text: `virtual machine ${vmId} has no backup offering` });
    });

    test('a policy that does not allow backups on demand', async () => {
      const { vmId, policyId } = await protectedMachine(server, { policy: { allowuserdrivenbackups: 'false' } });
      const { code, text } = await refusalOf(vmId);
      expect(code).toBe(530);
      expect(text).toContain(`backup offering ${policyId} does not allow backups on demand`);
      expect(await backupsOf(vmId)).toEqual([]);
    });

    test('a machine of a zone in which backups are off', async () => {
      const { vmId, zoneId } = await protectedMachine(server);
      await configure(server, 'backup.framework.enabled', 'false', zoneId);
      expect((await refusalOf(vmId)).code).toBe(530);
      expect(await backupsOf(vmId)).toEqual([]);
    });

    test('a machine that does not exist', async () => {
      const { code, text } = await refusalOf(NOBODY);
      expect(code).toBe(431);
      expect(text).toContain(`Invalid parameter virtualmachineid value=${NOBODY}`);
    });
  });

  describe('createBackup whose provider fails', () => {
    test.each(['1', '2', '3'])('at step %s leaves a backup in Error and a failed job', async (step) => {
      const { vmId, zoneId } = await protectedMachine(server);
      await script(server, zoneId, { 'fail.call': 'takeBackup', 'fail.step': step });
      const { jobid } = await server.admin.call('createBackup', { virtualmachineid: vmId });
      expect(await server.admin.ended(String(jobid))).toMatchObject({
        jobstatus: 2,
        jobresultcode: 530,
        jobresulttype: 'object',
        jobresult: { errorcode: 530, errortext: expect.stringContaining('scripted fault: takeBackup') as string },
      });
      expect(await backupsOf(vmId)).toMatchObject([{ status: 'Error' }]);
    });

    test('leaves a backup that can be deleted', async () => {
      const { vmId, zoneId } = await protectedMachine(server);
      await script(server, zoneId, { 'fail.call': 'takeBackup', 'fail.step': '3' });
      await refusalOf(vmId);
      const [failed] = await backupsOf(vmId);
      expect(await server.admin.run('deleteBackup', { id: String(failed?.id) })).toEqual({ success: true });
      expect(await backupsOf(vmId)).toEqual([]);
    });

    test('does not stand in the way of the next backup', async () => {
      const { vmId, zoneId } = await protectedMachine(server);
      await script(server, zoneId, { 'fail.call': 'takeBackup' });
      await refusalOf(vmId);
      await script(server, zoneId, { 'fail.call': '' });
      await create(vmId);
      expect(each(await backupsOf(vmId), 'status')).toEqual(['Error', 'BackedUp']);
    });
  });

  describe('deleteBackup', () => {
    test('deletes one backup and leaves the others', async () => {
      const { vmId, backupId } = await backedUpMachine(server);
      const kept = await takeBackup(server.admin, vmId);
      expect(await server.admin.run('deleteBackup', { id: backupId })).toEqual({ success: true });
      expect(await backupsOf(vmId)).toEqual([kept]);
    });

    test('deletes a backup that the provider has lost', async () => {
      const { vmId, zoneId, backupId } = await backedUpMachine(server);
      await script(server, zoneId, { lost: '*' });
      await server.admin.run('deleteBackup', { id: backupId });
      expect(await backupsOf(vmId)).toEqual([]);
    });

    test.each(['1', '2', '3'])('keeps the backup BackedUp when the provider fails at step %s', async (step) => {
      const { vmId, zoneId, backupId, backup } = await backedUpMachine(server);
      await script(server, zoneId, { 'fail.call': 'deleteBackup', 'fail.step': step });
      const { code, text } = await server.admin.refusal('deleteBackup', { id: backupId });
      expect(code).toBe(530);
      expect(text).toContain('scripted fault: deleteBackup');
      expect(await backupsOf(vmId)).toEqual([backup]);
    });

    test('can only be repeated when nobody knows whether the provider still has the backup', async () => {
      const { vmId, zoneId, backupId } = await backedUpMachine(server);
      await script(server, zoneId, { 'fail.call': 'deleteBackup', 'fail.fault': 'unknown' });
      expect((await server.admin.refusal('deleteBackup', { id: backupId })).text).toContain('ask again');
      expect(await backupsOf(vmId)).toMatchObject([{ id: backupId, status: 'Deleting' }]);
      expect((await server.admin.refusal('restoreBackup', { id: backupId })).code).toBe(530);
      await script(server, zoneId, { 'fail.call': '' });
      await server.admin.run('deleteBackup', { id: backupId });
      expect(await backupsOf(vmId)).toEqual([]);
    });

    test('refuses a backup that is deleted already', async () => {
      const { backupId } = await backedUpMachine(server);
      await server.admin.run('deleteBackup', { id: backupId });
      const { code, text } = await server.admin.refusal('deleteBackup', { id: backupId });
      expect(code).toBe(431);
      expect(text).toContain(`Invalid parameter id value=${backupId}`);
    });

    test('refuses a backup of a zone in which backups are off', async () => {
      const { zoneId, backupId, vmId, backup } = await backedUpMachine(server);
      await configure(server, 'backup.framework.enabled', 'false', zoneId);
      expect((await server.admin.refusal('deleteBackup', { id: backupId })).code).toBe(530);
      expect(await backupsOf(vmId)).toEqual([backup]);
    });

    test('refuses a backup that is being restored', async () => {
      const { zoneId, vmId, backup, backupId } = await backedUpMachine(server);
      const target = String((await deploy(server.admin, zoneId)).id);
      const [volumeid] = backup.volumeids as string[];
      const restore = { backupid: backupId, volumeid: String(volumeid), virtualmachineid: target };
      const job = await hold(server, clock, zoneId, 'restoreBackupVolume', restore);
      const { code, text } = await server.admin.refusal('deleteBackup', { id: backupId });
      const { jobstatus } = await job.letGo();
      expect({ code, text, jobstatus }).toEqual({
        code: 530,
        text: `backup ${backupId} is being restored; delete it afterwards`,
        jobstatus: 1,
      });
      expect(await backupsOf(vmId)).toMatchObject([{ status: 'BackedUp' }]);
    });
  });

  describe('listBackups', () => {
    test('finds a backup by its id, machine, zone, policy, name and keyword', async () => {
      const { vmId, vmName, zoneId, policyId } = await protectedMachine(server);
      const name = uniqueName('Nightly');
      const { id } = await takeBackup(server.admin, vmId, { name });
      const filters = [
        { id: String(id) },
        { virtualmachineid: vmId },
        { zoneid: zoneId },
        { backupofferingid: policyId },
        { name },
        { keyword: name.toUpperCase() },
        { keyword: vmName },
      ];
      for (const filter of filters) expect(each(await backups(filter), 'id')).toEqual([id]);
      expect(await backups({ virtualmachineid: vmId, name: name.slice(1) })).toEqual([]);
    });

    test.each(['BackedUp', 'backedup'])('finds backups that are %s', async (status) => {
      const { zoneId, vmId, backupId } = await backedUpMachine(server);
      await script(server, zoneId, { 'fail.call': 'takeBackup' });
      await server.admin.refusal('createBackup', { virtualmachineid: vmId });
      expect(each(await backups({ virtualmachineid: vmId, status }), 'id')).toEqual([backupId]);
      expect(await backups({ virtualmachineid: vmId, status: 'error' })).toMatchObject([{ status: 'Error' }]);
      expect(await backups({ virtualmachineid: vmId, status: 'Failed' })).toEqual([]);
    });

    test.each(['Removed', 'Expunged', 'done'])('refuses to look for backups that are %s', async (status) => {
      const { code, text } = await server.admin.refusal('listBackups', { status });
      expect([code, text]).toEqual([431, expect.stringContaining(`parameter status: "${status}" is none of `)]);
    });

    test('tells what the machine was when it was backed up, if that is asked for', async () => {
      const { vmId, backup } = await backedUpMachine(server, { machine: { 'details[0].bootType': 'UEFI' } });
      const vm = await only(server.admin, 'listVirtualMachines', 'virtualmachine', { id: vmId });
      const [nic] = vm.nic as [Answer];
      // It is the backup that tells it, not the machine as it is now.
      await server.admin.run('removeVirtualMachineFromBackupOffering', { virtualmachineid: vmId });
      await server.db.knex('virtual_machine').where({ uuid: vmId }).update({ hypervisor: 'Other', settings: '{}', nics: '[]' });
      const { vmdetails, ...others } = await only(server.admin, 'listBackups', 'backup', { id: String(backup.id), listvmdetails: 'true' });
      expect(others).toEqual({ ...backup, vmbackupofferingremoved: true });
      const { vmsettings, nics, ...plain } = vmdetails as Record<string, string>;
      expect(plain).toEqual({
        ...{ hypervisor: vm.hypervisor, isiso: 'false', osname: vm.osdisplayname, ostypeid: vm.ostypeid },
        ...{ serviceofferingid: vm.serviceofferingid, serviceofferingname: vm.serviceofferingname },
        ...{ templateid: vm.templateid, templatename: vm.templatename },
      });
      expect(JSON.parse(String(vmsettings))).toMatchObject({ bootType: 'UEFI' });
      const { networkid, networkname, ipaddress, macaddress } = nic;
      expect(JSON.parse(String(nics))).toEqual([{ networkid, networkname, ipaddress, macaddress }]);
    });

    test('shows the oldest first, page by page', async () => {
      const { vmId, backup } = await backedUpMachine(server);
      const second = await takeBackup(server.admin, vmId);
      expect(each(await backupsOf(vmId), 'id')).toEqual([backup.id, second.id]);
      const page = await server.admin.call('listBackups', { virtualmachineid: vmId, page: '2', pagesize: '1' });
      expect(page).toEqual({ count: 2, backup: [second] });
    });

    test.each(['id', 'virtualmachineid', 'zoneid', 'backupofferingid'])('refuses a %s that names nothing', async (parameter) => {
      const { code, text } = await server.admin.refusal('listBackups', { [parameter]: NOBODY });
      expect(code).toBe(431);
      expect(text).toContain(`Invalid parameter ${parameter} value=${NOBODY} due to incorrect long value format, or entity does not exist`);
    });
  });
});
