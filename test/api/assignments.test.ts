import { forEachEngine } from '../kit/engines.js';
import { backedUpMachine, configure, deploy, each, importPolicy, listed, makeZone, only, protectedMachine, script } from '../kit/scene.js';
import { testServer } from '../kit/server.js';

forEachEngine((engine) => {
  const server = testServer(engine);
  const offeringOf = async (id: string) => (await only(server.admin, 'listVirtualMachines', 'virtualmachine', { id })).backupofferingid;

  /** A zone with a policy and a machine, not assigned. */
  const unassigned = async (machine = {}) => {
    const zoneId = await makeZone(server);
    const policyId = await importPolicy(server, zoneId);
    return { zoneId, policyId, vmId: String((await deploy(server.admin, zoneId, machine)).id) };
  };
  const assign = (virtualmachineid: string, backuppolicyid: string, more = {}) =>
    server.admin.run('assignBackupPolicy', { virtualmachineid, backuppolicyid, ...more });
  const refusalOf = (virtualmachineid: string, backuppolicyid: string, more = {}) =>
    server.admin.refusal('assignBackupPolicy', { virtualmachineid, backuppolicyid, ...more });

  describe('assignBackupPolicy', () => {
    test.each(['true', 'false'])('assigns a machine that runs: %s', async (startvm) => {
      const { policyId, vmId } = await unassigned({ startvm });
      expect(await assign(vmId, policyId)).toEqual({ success: true });
      const { name } = await only(server.admin, 'listBackupPolicies', 'backuppolicy', { id: policyId });
      expect(await only(server.admin, 'listVirtualMachines', 'virtualmachine', { id: vmId })).toMatchObject({
        backupofferingid: policyId,
        backupofferingname: name,
      });
    });

    test('makes the machine one that listVirtualMachines finds by its policy', async () => {
      const { policyId, vmId } = await unassigned();
      expect(await listed(server.admin, 'listVirtualMachines', 'virtualmachine', { backupofferingid: policyId })).toEqual([]);
      await assign(vmId, policyId);
      const machines = await listed(server.admin, 'listVirtualMachines', 'virtualmachine', { backupofferingid: policyId, listall: 'true' });
      expect(each(machines, 'id')).toEqual([vmId]);
    });

    test('succeeds again for the policy that the machine has', async () => {
      const { policyId, vmId } = await protectedMachine(server);
      expect(await assign(vmId, policyId)).toEqual({ success: true });
      expect(await offeringOf(vmId)).toBe(policyId);
    });

    test('takes the policy as policyid and the zone of the machine', async () => {
      const { zoneId, policyId, vmId } = await unassigned();
      await server.admin.run('assignBackupPolicy', { virtualmachineid: vmId, policyid: policyId, zoneid: zoneId });
      expect(await offeringOf(vmId)).toBe(policyId);
    });
  });

  describe('assignBackupPolicy refuses', () => {
    test('a machine that has another policy', async () => {
      const { zoneId, policyId, vmId } = await protectedMachine(server);
      const silver = await importPolicy(server, zoneId, { externalid: 'silver-policy' });
      const { code, text } = await refusalOf(vmId, silver);
      expect(code).toBe(530);
      expect(text).toContain('has a backup offering already');
      expect(await offeringOf(vmId)).toBe(policyId);
    });

    test('one of two policies that are asked for at the same time', async () => {
      const { zoneId, policyId, vmId } = await unassigned();
      const silver = await importPolicy(server, zoneId, { externalid: 'silver-policy' });
      const both = await Promise.allSettled([assign(vmId, policyId), assign(vmId, silver)]);
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await offeringOf(vmId)).toBe(both[0].status === 'fulfilled' ? policyId : silver);
    });

    test('a destroyed machine', async () => {
      const { policyId, vmId } = await unassigned();
      await server.admin.run('destroyVirtualMachine', { id: vmId });
      const { code, text } = await refusalOf(vmId, policyId);
      expect(code).toBe(530);
      expect(text).toContain('is Destroyed; it must be Running or Stopped');
      expect(await offeringOf(vmId)).toBeUndefined();
    });

    test('an expunged machine', async () => {
      const { policyId, vmId } = await unassigned();
      await server.admin.run('destroyVirtualMachine', { id: vmId, expunge: 'true' });
      const { code, text } = await refusalOf(vmId, policyId);
      expect(code).toBe(431);
      expect(text).toContain(`Invalid parameter virtualmachineid value=${vmId}`);
    });

    test('a policy of another zone', async () => {
      const [here, there] = [await unassigned(), await unassigned()];
      const { code, text } = await refusalOf(here.vmId, there.policyId);
      expect(code).toBe(431);
      expect(text).toContain('belongs to another zone');
      expect(await offeringOf(here.vmId)).toBeUndefined();
    });

    test('a zone that is not that of the machine', async () => {
      const [here, there] = [await unassigned(), await unassigned()];
      const { code, text } = await refusalOf(here.vmId, here.policyId, { zoneid: there.zoneId });
      expect(code).toBe(431);
      expect(text).toBe(`parameter zoneid: virtual machine ${here.vmId} is in zone ${here.zoneId}`);
      expect(await offeringOf(here.vmId)).toBeUndefined();
    });

    test('a machine of a zone in which backups are off', async () => {
      const { zoneId, policyId, vmId } = await unassigned();
      await configure(server, 'backup.framework.enabled', 'false', zoneId);
      expect((await refusalOf(vmId, policyId)).code).toBe(530);
      expect(await offeringOf(vmId)).toBeUndefined();
    });

    test('a deleted policy', async () => {
      const { policyId, vmId } = await unassigned();
      await server.admin.call('deleteBackupPolicy', { backuppolicyid: policyId });
      const { code, text } = await refusalOf(vmId, policyId);
      expect(code).toBe(431);
      expect(text).toContain(`Invalid parameter backuppolicyid value=${policyId}`);
    });

    test('policyid and backuppolicyid that differ', async () => {
      const { zoneId, policyId, vmId } = await unassigned();
      expect((await refusalOf(vmId, policyId, { policyid: zoneId })).code).toBe(431);
      expect(await offeringOf(vmId)).toBeUndefined();
    });
  });

  describe('assignBackupPolicy whose provider fails', () => {
    test.each(['1', '2', '3'])('at step %s leaves the machine without a policy, and works when it is repeated', async (step) => {
      const { zoneId, policyId, vmId } = await unassigned();
      await script(server, zoneId, { 'fail.call': 'assign', 'fail.step': step });
      const { code, text } = await refusalOf(vmId, policyId);
      expect(code).toBe(530);
      expect(text).toContain('scripted fault: assign');
      expect(await offeringOf(vmId)).toBeUndefined();
      await script(server, zoneId, { 'fail.call': '' });
      await assign(vmId, policyId);
      expect(await offeringOf(vmId)).toBe(policyId);
    });
  });

  describe.each(['removeVirtualMachineFromBackupOffering', 'removeVMFromBackupPolicy'])('%s', (command) => {
    const remove = (virtualmachineid: string, more = {}) => server.admin.run(command, { virtualmachineid, ...more });
    const refusal = (virtualmachineid: string, more = {}) => server.admin.refusal(command, { virtualmachineid, ...more });

    test('takes the machine out', async () => {
      const { vmId } = await protectedMachine(server);
      expect(await remove(vmId)).toEqual({ success: true });
      expect(await offeringOf(vmId)).toBeUndefined();
    });

    test('leaves the backups and says that the machine is out', async () => {
      const { vmId, backup } = await backedUpMachine(server);
      await remove(vmId);
      expect(await listed(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId })).toEqual([
        { ...backup, vmbackupofferingremoved: true },
      ]);
    });

    test('lets the machine be assigned to another policy', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      const silver = await importPolicy(server, zoneId, { externalid: 'silver-policy' });
      await remove(vmId);
      await assign(vmId, silver);
      expect(await offeringOf(vmId)).toBe(silver);
    });

    test('takes a destroyed machine out', async () => {
      const { vmId } = await protectedMachine(server);
      await server.admin.run('destroyVirtualMachine', { id: vmId });
      await remove(vmId);
      expect(await offeringOf(vmId)).toBeUndefined();
    });

    test('refuses a machine without a policy', async () => {
      const { vmId } = await unassigned();
      expect(await refusal(vmId)).toEqual({ code: 530, text: `virtual machine ${vmId} has no backup offering` });
    });

    test('refuses a machine of a zone in which backups are off', async () => {
      const { zoneId, policyId, vmId } = await protectedMachine(server);
      await configure(server, 'backup.framework.enabled', 'false', zoneId);
      expect((await refusal(vmId)).code).toBe(530);
      expect(await offeringOf(vmId)).toBe(policyId);
    });

    test('leaves the machine in when the provider refuses', async () => {
      const { zoneId, policyId, vmId } = await protectedMachine(server);
      await script(server, zoneId, { 'fail.call': 'unassign', 'fail.fault': 'rejected' });
      const { code, text } = await refusal(vmId);
      expect(code).toBe(530);
      expect(text).toContain('scripted fault: unassign');
      expect(await offeringOf(vmId)).toBe(policyId);
      expect(await server.admin.run('createBackup', { virtualmachineid: vmId })).toEqual({ success: true });
    });

    test('can only be repeated when nobody knows whether the provider has let go', async () => {
      const { zoneId, policyId, vmId } = await protectedMachine(server);
      await script(server, zoneId, { 'fail.call': 'unassign', 'fail.step': '3', 'fail.fault': 'unknown' });
      const { code, text } = await refusal(vmId);
      expect([code, text]).toEqual([530, expect.stringContaining('ask again')]);
      expect((await server.admin.refusal('createBackup', { virtualmachineid: vmId })).code).toBe(530);
      expect((await refusalOf(vmId, policyId)).code).toBe(530);
      expect((await server.admin.refusal('deleteBackupPolicy', { backuppolicyid: policyId })).code).toBe(530);
      await script(server, zoneId, { 'fail.call': '' });
      expect(await remove(vmId)).toEqual({ success: true });
      await assign(vmId, policyId);
      expect(await offeringOf(vmId)).toBe(policyId);
    });

    test('is refused when the machine is in another policy than the one named', async () => {
      const { zoneId, policyId, vmId } = await protectedMachine(server);
      const other = await importPolicy(server, zoneId, { externalid: 'silver-policy' });
      const { code, text } = await server.admin.refusal(command, { virtualmachineid: vmId, policyid: other });
      expect([code, text]).toEqual([431, expect.stringContaining(`is in backup offering ${policyId}`)]);
      expect(await remove(vmId, { backuppolicyid: policyId })).toEqual({ success: true });
    });

    test('takes the machine out by force when the provider fails', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      await script(server, zoneId, { 'fail.call': 'unassign' });
      expect(await remove(vmId, { forced: 'true' })).toEqual({ success: true });
      expect(await offeringOf(vmId)).toBeUndefined();
    });
  });
});
