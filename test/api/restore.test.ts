import { Clock, hold } from '../kit/clock.js';
import { digestsOf } from '../kit/digests.js';
import { forEachEngine } from '../kit/engines.js';
import { backedUpMachine, changingVolumes, each, listed, makeVolume, only, script, volumesOf } from '../kit/scene.js';
import { testServer } from '../kit/server.js';

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  const stateOf = async (id: string) => (await only(server.admin, 'listVirtualMachines', 'virtualmachine', { id })).state;
  const restore = (id: string, more = {}) => server.admin.run('restoreBackup', { id, ...more });
  const scene = () => backedUpMachine(server, { machine: { size: '2' } });

  /** Puts a new volume in the place of the machine's data volume; answers both. */
  const swapData = async (zoneId: string, vmId: string) => {
    const [, data] = await volumesOf(server.admin, vmId);
    const other = await makeVolume(server.admin, zoneId);
    await changingVolumes(server, async () => {
      await server.admin.run('detachVolume', { id: String(data?.id) });
      await server.admin.run('attachVolume', { id: other, virtualmachineid: vmId });
    });
    return { data: String(data?.id), other };
  };

  describe('restoreBackup', () => {
    test('puts the recorded volumes back and takes off the one that was put in their place', async () => {
      const { zoneId, vmId, backupId } = await scene();
      const recorded = await volumesOf(server.admin, vmId);
      const { data, other } = await swapData(zoneId, vmId);
      expect(each(await volumesOf(server.admin, vmId), 'id')).toEqual([recorded[0]?.id, other]);
      expect(await restore(backupId)).toMatchObject({ success: true });
      // The data disk has been attached anew.
      const [root, back] = await volumesOf(server.admin, vmId);
      expect([root, { ...back, attached: recorded[1]?.attached }]).toEqual(recorded);
      expect(back?.id).toBe(data);
    });

    test('keeps the volume that it took off, attached to nothing', async () => {
      const { zoneId, vmId, backupId } = await scene();
      const { other } = await swapData(zoneId, vmId);
      await restore(backupId);
      const left = await only(server.admin, 'listVolumes', 'volume', { id: other });
      expect(left.state).toBe('Ready');
      expect(left).not.toHaveProperty('virtualmachineid');
      expect(left).not.toHaveProperty('deviceid');
    });

    test('puts the content back that the machine had written over', async () => {
      const { vmId, backupId } = await scene();
      const before = await digestsOf(server, vmId);
      await server.admin.run('startVirtualMachine', { id: vmId });
      await server.admin.run('stopVirtualMachine', { id: vmId });
      const written = await digestsOf(server, vmId);
      await restore(backupId);
      expect(Object.keys(written)).toEqual(Object.keys(before));
      expect(Object.values(written).filter((digest) => Object.values(before).includes(digest))).toEqual([]);
      expect(await digestsOf(server, vmId)).toEqual(before);
    });

    test('puts back the content of the backup that was chosen', async () => {
      const { vmId, backupId } = await scene();
      const first = await digestsOf(server, vmId);
      await server.admin.run('startVirtualMachine', { id: vmId });
      await server.admin.run('stopVirtualMachine', { id: vmId });
      const second = await digestsOf(server, vmId);
      await server.admin.run('createBackup', { virtualmachineid: vmId });
      const later = (await listed(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId })).at(-1);
      await restore(backupId);
      expect(await digestsOf(server, vmId)).toEqual(first);
      await restore(String(later?.id));
      expect(await digestsOf(server, vmId)).toEqual(second);
    });

    test('leaves the machine Stopped and otherwise as it was', async () => {
      const { vmId, backupId } = await scene();
      const before = await only(server.admin, 'listVirtualMachines', 'virtualmachine', { id: vmId });
      await restore(backupId);
      expect(await only(server.admin, 'listVirtualMachines', 'virtualmachine', { id: vmId })).toEqual(before);
      expect(before.state).toBe('Stopped');
    });

    test('brings a destroyed machine back as a stopped one with its volumes', async () => {
      const { vmId, backupId } = await scene();
      const before = await volumesOf(server.admin, vmId);
      await server.admin.run('destroyVirtualMachine', { id: vmId });
      expect(await stateOf(vmId)).toBe('Destroyed');
      expect(each(await volumesOf(server.admin, vmId), 'state')).toEqual(['Destroy', 'Destroy']);
      await restore(backupId);
      expect(await stateOf(vmId)).toBe('Stopped');
      expect(await volumesOf(server.admin, vmId)).toEqual(before);
    });

    test('gives back a machine that can be started', async () => {
      const { vmId, backupId } = await scene();
      await restore(backupId);
      await server.admin.run('startVirtualMachine', { id: vmId });
      expect(await stateOf(vmId)).toBe('Running');
    });

    test('leaves the backup as it is, for the next time', async () => {
      const { vmId, backupId, backup } = await scene();
      await restore(backupId);
      await restore(backupId);
      expect(await listed(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId })).toEqual([backup]);
    });

    test('restores a machine whose policy has been deleted', async () => {
      const { zoneId, vmId, policyId, backupId } = await scene();
      const recorded = each(await volumesOf(server.admin, vmId), 'id');
      await server.admin.run('removeVirtualMachineFromBackupOffering', { virtualmachineid: vmId });
      await server.admin.call('deleteBackupPolicy', { backuppolicyid: policyId });
      await swapData(zoneId, vmId);
      await restore(backupId);
      expect(each(await volumesOf(server.admin, vmId), 'id')).toEqual(recorded);
    });

    test('takes the id as backupid, and a machine and a zone that agree with it', async () => {
      const { zoneId, vmId, backupId } = await scene();
      const agreeing = { backupid: backupId, id: backupId, virtualmachineid: vmId, zoneid: zoneId };
      expect(await server.admin.run('restoreBackup', agreeing)).toMatchObject({ success: true });
      expect(await server.admin.run('restoreBackup', { backupid: backupId })).toMatchObject({ success: true });
    });

    test('shows machine and volumes as Restoring while the provider is at it', async () => {
      const { zoneId, vmId, backupId } = await scene();
      const job = await hold(server, clock, zoneId, 'restoreBackup', { id: backupId });
      const machines = await listed(server.admin, 'listVirtualMachines', 'virtualmachine', { state: 'Restoring', listall: 'true' });
      const volumes = await volumesOf(server.admin, vmId);
      const { jobstatus } = await job.letGo();
      expect(each(machines, 'id')).toEqual([vmId]);
      expect(volumes.map(({ state, vmstate }) => [state, vmstate])).toEqual([
        ['Restoring', 'Restoring'],
        ['Restoring', 'Restoring'],
      ]);
      expect([jobstatus, await stateOf(vmId)]).toEqual([1, 'Stopped']);
    });

    test('makes other commands on the machine wait', async () => {
      const { zoneId, vmId, backupId } = await scene();
      const job = await hold(server, clock, zoneId, 'restoreBackup', { id: backupId });
      const { jobid } = await server.admin.call('startVirtualMachine', { id: vmId });
      const before = await server.admin.call('queryAsyncJobResult', { jobid: String(jobid) });
      await job.letGo();
      const after = await server.admin.ended(String(jobid));
      expect([before.jobstatus, after.jobstatus, await stateOf(vmId)]).toEqual([0, 1, 'Running']);
    });
  });

  describe('restoreBackup whose provider', () => {
    test.each(['1', '2', '3'])('fails at step %s leaves the machine Stopped with the volumes that it had', async (step) => {
      const { zoneId, vmId, backupId } = await scene();
      await swapData(zoneId, vmId);
      const before = await volumesOf(server.admin, vmId);
      await script(server, zoneId, { 'fail.call': 'restoreMachine', 'fail.step': step });
      const { code, text } = await server.admin.refusal('restoreBackup', { id: backupId });
      expect(code).toBe(530);
      expect(text).toContain('scripted fault: restoreMachine');
      expect(await stateOf(vmId)).toBe('Stopped');
      expect(await volumesOf(server.admin, vmId)).toEqual(before);
    });

    test('puts odd sizes back leaves the machine Stopped with the volumes that it had', async () => {
      const { zoneId, vmId, backupId } = await scene();
      const [before, digests] = [await volumesOf(server.admin, vmId), await digestsOf(server, vmId)];
      await script(server, zoneId, { 'size.bytes': '4711' });
      const { code, text } = await server.admin.refusal('restoreBackup', { id: backupId });
      expect(code).toBe(530);
      expect(text).toContain('came back with 4711 bytes');
      expect(await stateOf(vmId)).toBe('Stopped');
      expect(await volumesOf(server.admin, vmId)).toEqual(before);
      expect(await digestsOf(server, vmId)).toEqual(digests);
    });

    test('has lost the backup leaves everything as it is', async () => {
      const { zoneId, vmId, backupId, backup } = await scene();
      const before = await volumesOf(server.admin, vmId);
      await script(server, zoneId, { lost: `something-else, ${String(backup.externalid)}` });
      const { code, text } = await server.admin.refusal('restoreBackup', { id: backupId });
      expect(code).toBe(530);
      expect(text).toContain(`there is no backup ${String(backup.externalid)} at backup provider dummy`);
      expect(await stateOf(vmId)).toBe('Stopped');
      expect(await volumesOf(server.admin, vmId)).toEqual(before);
    });

    test('failed once can be asked again', async () => {
      const { zoneId, vmId, backupId } = await scene();
      await script(server, zoneId, { 'fail.call': 'restoreMachine' });
      await server.admin.refusal('restoreBackup', { id: backupId });
      await script(server, zoneId, { 'fail.call': '' });
      expect(await restore(backupId)).toMatchObject({ success: true });
      expect(await stateOf(vmId)).toBe('Stopped');
    });
  });
});
