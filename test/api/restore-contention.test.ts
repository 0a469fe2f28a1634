import { ProviderError } from '../../src/provider/index.js';
import { Clock, hold } from '../kit/clock.js';
import { digestsOf } from '../kit/digests.js';
import { forEachEngine } from '../kit/engines.js';
import { interruptible } from '../kit/outside.js';
import { backedUpMachine, configure, deploy, each, makeVolume, only, takeBackup, volumesOf } from '../kit/scene.js';
import { testServer } from '../kit/server.js';

type Interrupt = ReturnType<typeof interruptible>;

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  let during: Interrupt;
  beforeAll(async () => {
    during = interruptible(server, ['findVolume', 'attachVolume', 'deleteVolume']);
    await configure(server, 'backup.enable.attach.detach.of.volumes', 'true');
  });

  const attach = (id: string, virtualmachineid: string) => server.admin.run('attachVolume', { id, virtualmachineid });
  const detach = (id: string) => server.admin.run('detachVolume', { id });
  const stateOf = async (id: string) => (await only(server.admin, 'listVolumes', 'volume', { id })).state;
  const statesOf = async (vmId: string) => each(await volumesOf(server.admin, vmId), 'state');
  const busy = (id: string) => ({ code: 530, text: `volume ${id} is being restored or deleted; ask again when that has ended` });

  /** A machine that has another data volume than its backup, whose own is attached to nothing, and a machine that runs. */
  const scene = async () => {
    const { zoneId, vmId, backupId } = await backedUpMachine(server, { machine: { size: '1' } });
    const id = String((await volumesOf(server.admin, vmId))[1]?.id);
    await detach(id);
    await attach(await makeVolume(server.admin, zoneId), vmId);
    const otherId = String((await deploy(server.admin, zoneId, { startvm: 'true' })).id);
    return { zoneId, vmId, backupId, id, otherId };
  };
  const restoring = (vmId: string) =>
    `a volume that the backup of virtual machine ${vmId} holds is being deleted, or restored with another machine`;

  test('a volume that was attached elsewhere while its restore was planned is left alone', async () => {
    const { vmId, backupId, id, otherId } = await scene();
    let before = {};
    during('after findVolume', async () => {
      await attach(id, otherId);
      before = await digestsOf(server, otherId);
    });
    expect(await server.admin.refusal('restoreBackup', { id: backupId })).toEqual({
      code: 530,
      text: `volume ${id} of the backup is attached to another virtual machine; detach it first`,
    });
    expect(await digestsOf(server, otherId)).toEqual(before);
    expect([await statesOf(vmId), await statesOf(otherId)]).toEqual([
      ['Ready', 'Ready'],
      ['Ready', 'Ready'],
    ]);
    await detach(id);
    expect(await server.admin.run('restoreBackup', { id: backupId })).toMatchObject({ success: true });
  });

  test('a volume that is being attached elsewhere is left alone', async () => {
    const { vmId, backupId, id, otherId } = await scene();
    let refusal = {};
    during('before attachVolume', async () => void (refusal = await server.admin.refusal('restoreBackup', { id: backupId })));
    await attach(id, otherId);
    const text = `a job is about a volume that the backup of virtual machine ${vmId} holds; restore it afterwards`;
    expect([refusal, await statesOf(otherId)]).toEqual([{ code: 530, text }, ['Ready', 'Ready']]);
  });

  test('nothing else is done with a volume that is being restored, not even by another restore', async () => {
    const { zoneId, vmId, backupId, id, otherId } = await scene();
    await attach(id, otherId);
    await server.admin.run('assignBackupPolicy', { virtualmachineid: otherId, backuppolicyid: await policyOf(vmId) });
    const other = await takeBackup(server.admin, otherId);
    await detach(id);
    await attach(await makeVolume(server.admin, zoneId), otherId);
    await server.admin.run('stopVirtualMachine', { id: otherId });
    const restore = await hold(server, clock, zoneId, 'restoreBackup', { id: backupId });
    const refusals = [
      await server.admin.refusal('attachVolume', { id, virtualmachineid: otherId }),
      await server.admin.refusal('detachVolume', { id }),
      await server.admin.refusal('deleteVolume', { id }),
    ];
    const { code, text } = await server.admin.refusal('restoreBackup', { id: String(other.id) });
    const states = [await stateOf(id), await statesOf(otherId)];
    expect((await restore.letGo()).jobstatus).toBe(1);
    expect(refusals).toEqual([busy(id), busy(id), busy(id)]);
    expect([code, text]).toEqual([530, expect.stringContaining(restoring(otherId))]);
    expect(states).toEqual(['Restoring', ['Ready', 'Ready']]);
  });

  test('a job of the machine that comes after its restore does not keep it from it', async () => {
    const { vmId, backupId, id } = await scene();
    const queued: unknown[] = [];
    during(
      'after findVolume',
      async () => void queued.push((await server.admin.call('attachVolume', { id, virtualmachineid: vmId })).jobid),
    );
    expect(await server.admin.run('restoreBackup', { id: backupId })).toMatchObject({ success: true });
    expect(await server.admin.ended(String(queued[0]))).toMatchObject({ jobstatus: 2 });
  });

  test('a volume that is being deleted is neither restored nor attached', async () => {
    const { vmId, backupId, id, otherId } = await scene();
    const refusals: { code: number; text: string }[] = [];
    during('before deleteVolume', async () => {
      refusals.push(await server.admin.refusal('attachVolume', { id, virtualmachineid: otherId }));
      refusals.push(await server.admin.refusal('restoreBackup', { id: backupId }));
    });
    await server.admin.call('deleteVolume', { id });
    expect(refusals).toEqual([busy(id), { code: 530, text: expect.stringContaining(restoring(vmId)) as string }]);
    expect(await server.admin.run('restoreBackup', { id: backupId })).toMatchObject({ success: true });
    expect(each(await volumesOf(server.admin, vmId), 'id')).toContain(id);
  });

  test('a volume that is being attached is not deleted', async () => {
    const { id, otherId } = await scene();
    let refusal = {};
    during('before attachVolume', async () => void (refusal = await server.admin.refusal('deleteVolume', { id })));
    await attach(id, otherId);
    expect(refusal).toEqual({ code: 530, text: `a job is about volume ${id}; delete it afterwards` });
    expect(await statesOf(otherId)).toEqual(['Ready', 'Ready']);
  });

  test('a volume whose deletion has failed can be used again, or deleted again where nobody knows whether it is gone', async () => {
    const { id, otherId } = await scene();
    const failing = (fault: 'rejected' | 'unknown') =>
      during('before deleteVolume', () => Promise.reject(new ProviderError(fault, 'not now')));
    failing('rejected');
    await server.admin.refusal('deleteVolume', { id });
    await attach(id, otherId);
    await detach(id);
    failing('unknown');
    await server.admin.refusal('deleteVolume', { id });
    expect(await server.admin.refusal('attachVolume', { id, virtualmachineid: otherId })).toEqual(busy(id));
    expect(await server.admin.call('deleteVolume', { id })).toEqual({ success: true });
  });

  const policyOf = async (id: string) =>
    String((await only(server.admin, 'listVirtualMachines', 'virtualmachine', { id })).backupofferingid);
});
