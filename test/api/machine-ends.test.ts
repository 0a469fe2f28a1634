import type { Answer } from '../../src/client/api-client.js';
import { digestsOf } from '../kit/digests.js';
import { forEachEngine } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { backedUpMachine, configure, deploy, each, listed, makeZone, only, protectedMachine, script, volumesOf } from '../kit/scene.js';
import { testServer } from '../kit/server.js';

forEachEngine((engine) => {
  const server = testServer(engine);
  let zoneid = '';
  beforeAll(async () => void (zoneid = await makeZone(server)));

  const machine = (id: string) => only(server.admin, 'listVirtualMachines', 'virtualmachine', { id });
  const newMachine = async (more = {}) => String((await deploy(server.admin, zoneid, more)).id);
  const destroy = (id: string) => server.admin.run('destroyVirtualMachine', { id });
  const isGone = async (id: string) => (await server.admin.refusal('listVirtualMachines', { id })).code === 431;

  /** Both ways to remove a machine for good. */
  const EXPUNGES = [
    ['destroyVirtualMachine', { expunge: 'true' }],
    ['expungeVirtualMachine', {}],
  ] as const;

  describe('recoverVirtualMachine', () => {
    test('brings a destroyed machine back at once, stopped, with its volumes as they were', async () => {
      const id = await newMachine({ size: '2', startvm: 'true' });
      const before = [each(await volumesOf(server.admin, id), 'id'), await digestsOf(server, id)];
      await destroy(id);
      const { virtualmachine } = await server.admin.call('recoverVirtualMachine', { id });
      expect(virtualmachine).toEqual(await machine(id));
      expect(virtualmachine).toMatchObject({ id, state: 'Stopped' });
      const volumes = await volumesOf(server.admin, id);
      expect([each(volumes, 'id'), await digestsOf(server, id)]).toEqual(before);
      expect(each(volumes, 'state')).toEqual(['Ready', 'Ready']);
      expect((await server.admin.run('startVirtualMachine', { id })).virtualmachine).toMatchObject({ state: 'Running' });
    });

    test('refuses a machine that is not destroyed', async () => {
      const id = await newMachine();
      const { code, text } = await server.admin.refusal('recoverVirtualMachine', { id });
      expect([code, text]).toEqual([530, `virtual machine ${id} is Stopped; only one that is Destroyed can be recovered`]);
    });

    test('refuses a machine that has been expunged', async () => {
      const id = await newMachine();
      await server.admin.run('destroyVirtualMachine', { id, expunge: 'true' });
      expect((await server.admin.refusal('recoverVirtualMachine', { id })).code).toBe(431);
    });
  });

  describe('a machine that is expunged while its provider is in trouble', () => {
    const isAtProvider = async (id: string) => {
      const { value } = await server.db
        .knex('plugin_store')
        .where({ entryKey: `assignment/${id}` })
        .first<{ value: string }>();
      return (JSON.parse(value) as { offeringExternalId: string | null }).offeringExternalId !== null;
    };
    const jobs = () => server.db.knex('async_job');

    test('is let go by it when that can be asked again', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      await script(server, zoneId, { 'fail.call': 'unassign', 'fail.fault': 'temporary' });
      const { jobid } = await server.admin.call('destroyVirtualMachine', { id: vmId, expunge: 'true' });
      const uuid = String(jobid);
      await eventually(
        () => jobs().where({ uuid }).first<{ retries: number }>(),
        ({ retries }) => retries > 0,
      );
      await script(server, zoneId, { 'fail.call': '' });
      await jobs().where({ uuid, holder: null }).update({ leaseUntil: null });
      expect(await server.admin.ended(uuid)).toMatchObject({ jobstatus: 1 });
      expect([await isGone(vmId), await isAtProvider(vmId)]).toEqual([true, false]);
    });

    test('is let go by it afterwards, by a job, where nobody knows whether it was', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      await script(server, zoneId, { 'fail.call': 'unassign', 'fail.fault': 'unknown' });
      await server.admin.run('destroyVirtualMachine', { id: vmId, expunge: 'true' });
      expect([await isGone(vmId), await isAtProvider(vmId)]).toEqual([true, true]);
      await script(server, zoneId, { 'fail.call': '' });
      await server.admin.run('syncBackups', { zoneid: zoneId });
      const { uuid } = await jobs().where({ machineUuid: vmId }).orderBy('id', 'desc').first<{ uuid: string }>();
      expect(await server.admin.ended(uuid)).toMatchObject({ cmd: 'removeVirtualMachineFromBackupOffering', jobstatus: 1 });
      expect(await isAtProvider(vmId)).toBe(false);
    });
  });

  describe('destroyVirtualMachine with expunge', () => {
    test('leaves nothing of the machine', async () => {
      const id = await newMachine();
      const [root] = await volumesOf(server.admin, id);
      const { virtualmachine } = await server.admin.run('destroyVirtualMachine', { id, expunge: 'true' });
      expect(virtualmachine).toMatchObject({ id, state: 'Expunging' });
      expect(await isGone(id)).toBe(true);
      expect((await server.admin.refusal('listVolumes', { id: String(root?.id) })).code).toBe(431);
    });
  });

  describe('expungeVirtualMachine', () => {
    test('leaves nothing of a destroyed machine', async () => {
      const id = await newMachine();
      await destroy(id);
      expect(await server.admin.run('expungeVirtualMachine', { id })).toEqual({ success: true });
      expect(await isGone(id)).toBe(true);
    });

    test('refuses a machine that is not destroyed', async () => {
      const id = await newMachine();
      const { code, text } = await server.admin.refusal('expungeVirtualMachine', { id });
      expect([code, text]).toEqual([530, `virtual machine ${id} is Stopped; destroy it before it is expunged`]);
      expect((await machine(id)).state).toBe('Stopped');
    });
  });

  describe.each(EXPUNGES)('%s, for good,', (name, more) => {
    /** Removes the machine for good, as the command needs it. */
    const expunge = async (id: string) => {
      if (name === 'expungeVirtualMachine') await destroy(id);
      return server.admin.run(name, { id, ...more });
    };
    const inOffering = async (id: string) =>
      (await listed(server.admin, 'listVirtualMachines', 'virtualmachine', { id })).map(({ backupofferingid }) => backupofferingid);

    test('takes a machine without backups out of its offering', async () => {
      const { vmId, policyId } = await protectedMachine(server);
      await expunge(vmId);
      expect(await isGone(vmId)).toBe(true);
      await server.admin.call('deleteBackupOffering', { id: policyId });
    });

    test('does so although the provider does not let the machine go', async () => {
      const { vmId, zoneId, policyId } = await protectedMachine(server);
      await script(server, zoneId, { 'fail.call': 'unassign' });
      await expunge(vmId);
      expect(await isGone(vmId)).toBe(true);
      await server.admin.call('deleteBackupOffering', { id: policyId });
    });

    test('refuses a machine that has backups under its offering', async () => {
      const { vmId, policyId, backupId } = await backedUpMachine(server);
      if (name === 'expungeVirtualMachine') await destroy(vmId);
      const { code, text } = await server.admin.refusal(name, { id: vmId, ...more });
      expect([code, text]).toEqual([530, expect.stringContaining(`virtual machine ${vmId} has backups under its backup offering`)]);
      expect(await inOffering(vmId)).toEqual([policyId]);
      expect(await only(server.admin, 'listBackups', 'backup', { id: backupId })).toMatchObject({ status: 'BackedUp' });
    });

    test('keeps the backups of a machine that has left its offering', async () => {
      const { vmId, backupId } = await backedUpMachine(server);
      await server.admin.run('removeVirtualMachineFromBackupOffering', { virtualmachineid: vmId });
      await expunge(vmId);
      const backup: Answer = await only(server.admin, 'listBackups', 'backup', { id: backupId });
      expect(backup).toMatchObject({ status: 'BackedUp', isbackupvmexpunged: true, virtualmachineid: vmId });
      await server.admin.run('deleteBackup', { id: backupId });
    });

    test('refuses a machine in an offering of a zone in which backups are off', async () => {
      const { vmId, zoneId, policyId } = await protectedMachine(server);
      if (name === 'expungeVirtualMachine') await destroy(vmId);
      await configure(server, 'backup.framework.enabled', 'false', zoneId);
      expect((await server.admin.refusal(name, { id: vmId, ...more })).code).toBe(530);
      expect(await inOffering(vmId)).toEqual([policyId]);
    });
  });
});
