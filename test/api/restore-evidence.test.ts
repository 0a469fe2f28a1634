import type { Answer } from '../../src/client/api-client.js';
import type { MachineFacts } from '../../src/provider/index.js';
import { digestsOf } from '../kit/digests.js';
import { forEachEngine } from '../kit/engines.js';
import { alterInventory } from '../kit/outside.js';
import { backedUpMachine, deploy, GIB, listed, only, script, volumesOf } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { aDate, aUuid } from '../kit/signed-request.js';

forEachEngine((engine) => {
  const scene = (server: ReturnType<typeof testServer>) => backedUpMachine(server, { machine: { size: '2' } });

  describe('the evidence of a restore', () => {
    const server = testServer(engine);
    const restores = (parameters: Readonly<Record<string, string>>) => listed(server.admin, 'listRestores', 'restore', parameters);

    test('is in the result of the job and in the list, volume by volume', async () => {
      const { zoneId, vmId, backupId } = await scene(server);
      const digests = await digestsOf(server, vmId);
      const { jobid } = await server.admin.call('restoreBackup', { id: backupId });
      const { jobresult } = await server.admin.ended(String(jobid));
      const evidence = (await volumesOf(server.admin, vmId)).map(({ id, size }) => {
        const digest = digests[String(id)];
        const found = { providersize: size, providerdigest: digest, inventorysize: size, inventorydigest: digest };
        return { id, backupvolumeid: id, verdict: 'Matches', size, digest, ...found };
      });
      expect(jobresult).toEqual({ success: true, restoredvolumes: evidence });
      expect(await only(server.admin, 'listRestores', 'restore', { backupid: backupId })).toMatchObject({
        ...{ id: aUuid, type: 'Machine', backupid: backupId, virtualmachineid: vmId, verdict: 'Matches', restoredvolumes: evidence },
        ...{ jobid, created: aDate, account: 'admin', zoneid: zoneId },
      });
    });

    test('is of the volume that was made, for a single one', async () => {
      const { zoneId, vmId, backupId } = await scene(server);
      const [, data] = await volumesOf(server.admin, vmId);
      const target = String((await deploy(server.admin, zoneId)).id);
      await server.admin.run('restoreBackupVolume', { backupid: backupId, volumeid: String(data?.id), virtualmachineid: target });
      const [, made] = await volumesOf(server.admin, target);
      const restoredvolumes = [{ id: made?.id, backupvolumeid: data?.id, verdict: 'Matches', size: 2 * GIB }];
      expect(await restores({ virtualmachineid: target })).toMatchObject([{ type: 'Volume', verdict: 'Matches', restoredvolumes }]);
    });

    test('is of the size alone for a disk that is larger than it was', async () => {
      const { zoneId, backupId } = await scene(server);
      const order = { zoneid: zoneId, backupid: backupId, rootdisksize: '3', startvm: 'false' };
      const { virtualmachine } = await server.admin.run('createVMFromBackup', order);
      const { id, restoredvolumes } = virtualmachine as Answer;
      expect(restoredvolumes).toMatchObject([{ verdict: 'SizeOnly', size: 3 * GIB }, { verdict: 'Matches' }]);
      expect(await restores({ virtualmachineid: String(id) })).toMatchObject([
        { type: 'NewMachine', verdict: 'SizeOnly', restoredvolumes },
      ]);
    });

    test('is kept when the restore fails for it', async () => {
      const { zoneId, vmId, backupId } = await scene(server);
      await script(server, zoneId, { 'size.bytes': '4711' });
      const { text } = await server.admin.refusal('restoreBackup', { id: backupId });
      const [restore] = await restores({ backupid: backupId });
      for (const { id } of await volumesOf(server.admin, vmId)) expect(text).toContain(`volume ${String(id)} came back with 4711 bytes`);
      expect(restore).toMatchObject({
        verdict: 'Differs',
        restoredvolumes: [{ verdict: 'Differs', providersize: 4711 }, { size: 2 * GIB }],
      });
      expect((restore?.restoredvolumes as Answer[])[0]).not.toHaveProperty('inventorysize');
    });

    test('stays when backup and machine are gone', async () => {
      const { vmId, backupId } = await scene(server);
      await server.admin.run('restoreBackup', { id: backupId });
      const before = await restores({ backupid: backupId });
      await server.admin.run('removeVirtualMachineFromBackupOffering', { virtualmachineid: vmId, forced: 'true' });
      await server.admin.run('deleteBackup', { id: backupId });
      await server.admin.run('destroyVirtualMachine', { id: vmId, expunge: 'true' });
      expect(before).toHaveLength(1);
      expect([await restores({ backupid: backupId }), await restores({ virtualmachineid: vmId })]).toEqual([before, before]);
    });

    test('is listed page by page, and by what came of it', async () => {
      const { zoneId, vmId, backupId } = await scene(server);
      await server.admin.run('restoreBackup', { id: backupId });
      await script(server, zoneId, { 'size.bytes': '4711' });
      await server.admin.refusal('restoreBackup', { id: backupId });
      const page = await server.admin.call('listRestores', { virtualmachineid: vmId, page: '2', pagesize: '1' });
      expect(page).toMatchObject({ count: 2, restore: [{ verdict: 'Differs' }] });
      expect(await restores({ virtualmachineid: vmId, keyword: 'match' })).toMatchObject([{ verdict: 'Matches' }]);
    });
  });

  describe('a restore whose inventory source took over', () => {
    const server = testServer(engine);
    let altered: (facts: MachineFacts) => MachineFacts = (facts) => facts;
    beforeAll(() =>
      alterInventory(server, (source) => ({
        adoptRestoredMachine: async (request, signal) => altered(await source.adoptRestoredMachine(request, signal)),
        adoptRestoredVolume: async (request, signal) => {
          const facts = await source.adoptRestoredVolume(request, signal);
          return { ...facts, volume: { ...facts.volume, digest: 'something else' } };
        },
      })),
    );
    const other = ({ volumes: [root, data], ...machine }: MachineFacts): MachineFacts => ({
      ...machine,
      volumes: [root!, { ...data!, volume: { ...data!.volume, digest: 'something else' } }],
    });
    const fewer = ({ volumes: [root], ...machine }: MachineFacts): MachineFacts => ({ ...machine, volumes: [root!] });
    const verdicts = async (parameters: Readonly<Record<string, string>>) =>
      ((await only(server.admin, 'listRestores', 'restore', parameters)).restoredvolumes as Answer[]).map(({ verdict }) => verdict);

    test('another content fails, says which volume, and leaves the machine in no passing state', async () => {
      const { vmId, backupId } = await scene(server);
      const [, data] = await volumesOf(server.admin, vmId);
      altered = other;
      const { code, text } = await server.admin.refusal('restoreBackup', { id: backupId });
      expect([code, text]).toEqual([
        530,
        `volume ${String(data?.id)} is at its inventory source with other content than was backed up (corrupt)`,
      ]);
      expect(await verdicts({ backupid: backupId })).toEqual(['Matches', 'Differs']);
      expect(await only(server.admin, 'listVirtualMachines', 'virtualmachine', { id: vmId })).toMatchObject({ state: 'Stopped' });
    });

    test('fewer volumes fails as well', async () => {
      const { vmId, backupId } = await scene(server);
      const [, data] = await volumesOf(server.admin, vmId);
      altered = fewer;
      const { text } = await server.admin.refusal('restoreBackup', { id: backupId });
      expect(text).toContain(`the inventory source does not have the restored volume ${String(data?.id)}`);
      expect(await verdicts({ backupid: backupId })).toEqual(['Matches', 'Missing']);
    });

    test('another content leaves no machine that was made of the backup', async () => {
      const { zoneId, backupId } = await scene(server);
      altered = other;
      const before = await listed(server.admin, 'listVirtualMachines', 'virtualmachine');
      const { text } = await server.admin.refusal('createVMFromBackup', { zoneid: zoneId, backupid: backupId });
      expect(text).toContain('is at its inventory source with other content');
      expect(await listed(server.admin, 'listVirtualMachines', 'virtualmachine')).toEqual(before);
      expect(await verdicts({ backupid: backupId })).toEqual(['Matches', 'Differs']);
    });

    test('another content of a single volume fails', async () => {
      const { zoneId, vmId, backupId } = await scene(server);
      const [root] = await volumesOf(server.admin, vmId);
      const target = String((await deploy(server.admin, zoneId)).id);
      const order = { backupid: backupId, volumeid: String(root?.id), virtualmachineid: target };
      expect((await server.admin.refusal('restoreBackupVolume', order)).text).toContain('is at its inventory source with other content');
      expect(await verdicts({ backupid: backupId })).toEqual(['Differs']);
    });
  });
});
