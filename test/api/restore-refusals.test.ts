import { digestsOf } from '../kit/digests.js';
import { forEachEngine } from '../kit/engines.js';
import {
  backedUpMachine,
  changingVolumes,
  configure,
  deploy,
  makeVolume,
  makeZone,
  NOBODY,
  only,
  protectedMachine,
  script,
  takeBackup,
  volumesOf,
} from '../kit/scene.js';
import { testServer } from '../kit/server.js';

forEachEngine((engine) => {
  const server = testServer(engine);
  const machine = (id: string) => only(server.admin, 'listVirtualMachines', 'virtualmachine', { id });
  const scene = () => backedUpMachine(server, { machine: { size: '2' } });

  /** The refusal of a restore that must leave the machine as it is. */
  const refusalOf = async (vmId: string, parameters: Readonly<Record<string, string>>) => {
    const state = async () => [await machine(vmId), await volumesOf(server.admin, vmId), await digestsOf(server, vmId)];
    const before = await state();
    const refusal = await server.admin.refusal('restoreBackup', parameters);
    expect(await state()).toEqual(before);
    return refusal;
  };

  describe('restoreBackup refuses', () => {
    test('a machine that runs', async () => {
      const { vmId, backupId } = await scene();
      await server.admin.run('startVirtualMachine', { id: vmId });
      const refusal = await refusalOf(vmId, { id: backupId });
      expect(refusal).toEqual({ code: 530, text: `virtual machine ${vmId} is Running; stop it before it is restored` });
    });

    test('a machine with fewer volumes than the backup', async () => {
      const { vmId, backupId } = await scene();
      const [, data] = await volumesOf(server.admin, vmId);
      await changingVolumes(server, () => server.admin.run('detachVolume', { id: String(data?.id) }));
      const { code, text } = await refusalOf(vmId, { id: backupId });
      expect(code).toBe(530);
      expect(text).toContain('has 1 volumes and the backup holds 2');
    });

    test('a machine with more volumes than the backup', async () => {
      const { zoneId, vmId, backupId } = await scene();
      const another = await makeVolume(server.admin, zoneId);
      await changingVolumes(server, () => server.admin.run('attachVolume', { id: another, virtualmachineid: vmId }));
      const { code, text } = await refusalOf(vmId, { id: backupId });
      expect(code).toBe(530);
      expect(text).toContain('has 3 volumes and the backup holds 2');
    });

    test('a backup of a volume that another machine has now', async () => {
      const { zoneId, vmId, backupId } = await scene();
      const [, data] = await volumesOf(server.admin, vmId);
      const other = String((await deploy(server.admin, zoneId)).id);
      const another = await makeVolume(server.admin, zoneId);
      await changingVolumes(server, async () => {
        await server.admin.run('detachVolume', { id: String(data?.id) });
        await server.admin.run('attachVolume', { id: String(data?.id), virtualmachineid: other });
        await server.admin.run('attachVolume', { id: another, virtualmachineid: vmId });
      });
      const { code, text } = await refusalOf(vmId, { id: backupId });
      expect(code).toBe(530);
      expect(text).toContain(`volume ${String(data?.id)} of the backup is attached to another virtual machine`);
      expect(await volumesOf(server.admin, other)).toHaveLength(2);
    });

    test('a backup that was never finished', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      await script(server, zoneId, { 'fail.call': 'takeBackup' });
      await server.admin.refusal('createBackup', { virtualmachineid: vmId });
      const { id } = await only(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId });
      const refusal = await refusalOf(vmId, { id: String(id) });
      expect(refusal).toEqual({ code: 530, text: `backup ${String(id)} is Error; only one that is BackedUp can be restored` });
    });

    test('a deleted backup', async () => {
      const { vmId, backupId } = await scene();
      await server.admin.run('deleteBackup', { id: backupId });
      const { code, text } = await refusalOf(vmId, { backupid: backupId });
      expect(code).toBe(431);
      expect(text).toContain(`Invalid parameter backupid value=${backupId} due to incorrect long value format, or entity does not exist`);
    });

    test('a backup of a zone in which backups are off', async () => {
      const { zoneId, vmId, backupId } = await scene();
      await configure(server, 'backup.framework.enabled', 'false', zoneId);
      expect((await refusalOf(vmId, { id: backupId })).code).toBe(530);
    });

    test('a machine that the backup is not of', async () => {
      const { zoneId, vmId, backupId } = await scene();
      const other = String((await deploy(server.admin, zoneId)).id);
      const refusal = await refusalOf(vmId, { id: backupId, virtualmachineid: other });
      expect(refusal).toEqual({ code: 431, text: `parameter virtualmachineid: backup ${backupId} is of virtual machine ${vmId}` });
    });

    test('a zone that the backup is not in', async () => {
      const { zoneId, vmId, backupId } = await scene();
      const refusal = await refusalOf(vmId, { id: backupId, zoneid: await makeZone(server) });
      expect(refusal).toEqual({ code: 431, text: `parameter zoneid: backup ${backupId} is in zone ${zoneId}` });
    });

    test('id and backupid that differ, and neither', async () => {
      const { vmId, backupId } = await scene();
      const other = await takeBackup(server.admin, vmId);
      const both = await refusalOf(vmId, { id: backupId, backupid: String(other.id) });
      const neither = await refusalOf(vmId, {});
      expect([both.code, neither]).toEqual([
        431,
        { code: 431, text: 'Unable to execute API command restorebackup due to missing parameter id' },
      ]);
    });

    test('a backup that there is not', async () => {
      const { vmId } = await scene();
      const { code, text } = await refusalOf(vmId, { id: NOBODY });
      expect(code).toBe(431);
      expect(text).toContain(`Invalid parameter id value=${NOBODY} due to incorrect long value format, or entity does not exist`);
    });
  });

  test('a machine that its inventory source has lost is made again from a backup, as a stopped one', async () => {
    const { vmId, backupId } = await scene();
    const before = await volumesOf(server.admin, vmId);
    const forgotten = await server.db.knex('plugin_store').where('entryKey', `machine/${vmId}`).delete();
    expect([forgotten, await server.admin.run('restoreBackup', { id: backupId })]).toMatchObject([1, { success: true }]);
    expect((await machine(vmId)).state).toBe('Stopped');
    expect(await volumesOf(server.admin, vmId)).toEqual(before);
  });
});
