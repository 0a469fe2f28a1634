import type { Answer } from '../../src/client/api-client.js';
import { Clock, hold } from '../kit/clock.js';
import { digestsOf } from '../kit/digests.js';
import { forEachEngine } from '../kit/engines.js';
import {
  backedUpMachine,
  changingVolumes,
  configure,
  deploy,
  each,
  GIB,
  listed,
  makeZone,
  only,
  protectedMachine,
  script,
  volumesOf,
} from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { aDate, aUuid } from '../kit/signed-request.js';

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  const volumes = () => listed(server.admin, 'listVolumes', 'volume', { listall: 'true' });

  /** A backup of a machine with a data volume of 2 GiB, and another machine in its zone. */
  const scene = async (machine = {}) => {
    const backedUp = await backedUpMachine(server, { machine: { size: '2' } });
    const target = await deploy(server.admin, backedUp.zoneId, machine);
    const [root, data] = (await volumesOf(server.admin, backedUp.vmId)) as [Answer, Answer];
    const targetId = String(target.id);
    return {
      ...backedUp,
      root,
      data,
      target,
      targetId,
      order: { backupid: backedUp.backupId, volumeid: String(data.id), virtualmachineid: targetId },
    };
  };
  const restore = (order: Readonly<Record<string, string>>) => server.admin.run('restoreBackupVolume', order);

  describe('restoreBackupVolume', () => {
    test('attaches a new data disk with the size of the recorded one', async () => {
      const { data, target, targetId, order, zoneId } = await scene();
      expect(await restore(order)).toMatchObject({ success: true });
      const attached = await volumesOf(server.admin, targetId);
      expect(attached).toHaveLength(2);
      expect(attached[1]).toEqual({
        id: aUuid,
        name: `RestoredVol-${String(data.name)}`,
        type: 'DATADISK',
        size: 2 * GIB,
        state: 'Ready',
        deviceid: 1,
        path: expect.any(String) as string,
        virtualmachineid: targetId,
        vmname: target.name,
        vmdisplayname: target.displayname,
        vmstate: 'Stopped',
        zoneid: zoneId,
        zonename: target.zonename,
        account: 'admin',
        domainid: aUuid,
        domain: 'ROOT',
        attached: aDate,
        created: aDate,
        isextractable: false,
        tags: [],
      });
      expect(attached[1]?.id).not.toBe(data.id);
    });

    test('gives the new volume the content that was backed up', async () => {
      const { vmId, data, targetId, order } = await scene();
      const recorded = (await digestsOf(server, vmId))[String(data.id)];
      await server.admin.run('startVirtualMachine', { id: vmId });
      await restore(order);
      const [, restored] = await volumesOf(server.admin, targetId);
      expect(recorded).toEqual(expect.any(String));
      expect((await digestsOf(server, targetId))[String(restored?.id)]).toBe(recorded);
    });

    test('leaves the machine of the backup as it is', async () => {
      const { vmId, order } = await scene();
      const before = [await volumesOf(server.admin, vmId), await digestsOf(server, vmId)];
      await restore(order);
      expect([await volumesOf(server.admin, vmId), await digestsOf(server, vmId)]).toEqual(before);
    });

    test('restores a root disk as a data disk, to a machine that runs', async () => {
      const { root, targetId, order } = await scene({ startvm: 'true' });
      await restore({ ...order, volumeid: String(root.id).toUpperCase() });
      const [, restored] = await volumesOf(server.admin, targetId);
      expect(restored).toMatchObject({
        name: `RestoredVol-${String(root.name)}`,
        type: 'DATADISK',
        deviceid: 1,
        size: GIB,
        vmstate: 'Running',
      });
    });

    test('restores to the machine of the backup when that is in no policy', async () => {
      const { vmId, order } = await scene();
      await server.admin.run('removeVirtualMachineFromBackupOffering', { virtualmachineid: vmId });
      await restore({ ...order, virtualmachineid: vmId });
      expect(each(await volumesOf(server.admin, vmId), 'deviceid')).toEqual(['0', '1', '2']);
    });

    test('restores a volume that is gone', async () => {
      const { vmId, data, targetId, order } = await scene();
      await changingVolumes(server, () => server.admin.run('detachVolume', { id: String(data.id) }));
      await server.db.knex('volume').where({ uuid: data.id }).update({ removed: new Date(), live: null });
      await restore(order);
      expect(await volumesOf(server.admin, vmId)).toHaveLength(1);
      expect(await volumesOf(server.admin, targetId)).toHaveLength(2);
    });

    test('makes a volume each time it is asked', async () => {
      const { targetId, order } = await scene();
      await Promise.all([restore(order), restore(order), restore(order)]);
      expect(each(await volumesOf(server.admin, targetId), 'deviceid')).toEqual(['0', '1', '2', '4']);
    });

    test('shows the volume as Copying, attached to nothing, until it is there', async () => {
      const { zoneId, data, order } = await scene();
      const job = await hold(server, clock, zoneId, 'restoreBackupVolume', order);
      const copy = await only(server.admin, 'listVolumes', 'volume', {
        zoneid: zoneId,
        name: `RestoredVol-${String(data.name)}`,
        listall: 'true',
      });
      await job.letGo();
      expect(copy).toMatchObject({ state: 'Copying', size: 2 * GIB });
      expect(copy).not.toHaveProperty('virtualmachineid');
      expect(await only(server.admin, 'listVolumes', 'volume', { id: String(copy.id) })).toMatchObject({ state: 'Ready', deviceid: 1 });
    });
  });

  describe('restoreBackupVolume refuses', () => {
    const refusalOf = async (order: Readonly<Record<string, string>>) => {
      const before = await volumes();
      const refusal = await server.admin.refusal('restoreBackupVolume', order);
      expect(await volumes()).toEqual(before);
      return refusal;
    };

    test('a volume that is not in the backup', async () => {
      const { target, order, backupId } = await scene();
      const [own] = await volumesOf(server.admin, String(target.id));
      const { code, text } = await refusalOf({ ...order, volumeid: String(own?.id) });
      expect(code).toBe(530);
      expect(text).toContain(`backup ${backupId} holds no volume ${String(own?.id)}`);
    });

    test('a machine that is in a policy', async () => {
      const { vmId, order } = await scene();
      const { code, text } = await refusalOf({ ...order, virtualmachineid: vmId });
      expect(code).toBe(530);
      expect(text).toContain(`virtual machine ${vmId} has a backup offering`);
    });

    test('a machine of another zone', async () => {
      const { order } = await scene();
      const elsewhere = String((await deploy(server.admin, await makeZone(server))).id);
      const { code, text } = await refusalOf({ ...order, virtualmachineid: elsewhere });
      expect(code).toBe(530);
      expect(text).toBe(`virtual machine ${elsewhere} is in another zone than the backup`);
    });

    test('a zone that is not that of the backup', async () => {
      const { zoneId, order, backupId } = await scene();
      const refusal = await refusalOf({ ...order, zoneid: await makeZone(server) });
      expect(refusal).toEqual({ code: 431, text: `parameter zoneid: backup ${backupId} is in zone ${zoneId}` });
    });

    test('a destroyed machine', async () => {
      const { targetId, order } = await scene();
      await server.admin.run('destroyVirtualMachine', { id: targetId });
      expect((await refusalOf(order)).code).toBe(530);
    });

    test('an expunged machine', async () => {
      const { targetId, order } = await scene();
      await server.admin.run('destroyVirtualMachine', { id: targetId, expunge: 'true' });
      const { code, text } = await refusalOf(order);
      expect(code).toBe(431);
      expect(text).toContain(`Invalid parameter virtualmachineid value=${targetId}`);
    });

    test('a backup that was never finished', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      await script(server, zoneId, { 'fail.call': 'takeBackup' });
      await server.admin.refusal('createBackup', { virtualmachineid: vmId });
      const { id: backupid } = await only(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId });
      const [root] = await volumesOf(server.admin, vmId);
      const target = String((await deploy(server.admin, zoneId)).id);
      const { code, text } = await refusalOf({ backupid: String(backupid), volumeid: String(root?.id), virtualmachineid: target });
      expect(code).toBe(530);
      expect(text).toContain('is Error; only one that is BackedUp can be restored');
    });

    test('a backup of a zone in which backups are off', async () => {
      const { zoneId, order } = await scene();
      await configure(server, 'backup.framework.enabled', 'false', zoneId);
      expect((await refusalOf(order)).code).toBe(530);
    });

    test('a backup that the provider has lost', async () => {
      const { zoneId, order, backup } = await scene();
      await script(server, zoneId, { lost: '*' });
      const { code, text } = await refusalOf(order);
      expect(code).toBe(530);
      expect(text).toContain(`there is no backup ${String(backup.externalid)}`);
    });

    test('to keep a volume that came back with an odd size', async () => {
      const { zoneId, order } = await scene();
      await script(server, zoneId, { 'size.bytes': '4711' });
      const { code, text } = await refusalOf(order);
      expect(code).toBe(530);
      expect(text).toContain('came back with 4711 bytes');
    });

    test.each(['1', '2', '3'])('to keep a volume whose restore fails at step %s', async (step) => {
      const { zoneId, order } = await scene();
      await script(server, zoneId, { 'fail.call': 'restoreVolume', 'fail.step': step });
      const { code, text } = await refusalOf(order);
      expect(code).toBe(530);
      expect(text).toContain('scripted fault: restoreVolume');
    });
  });
});
