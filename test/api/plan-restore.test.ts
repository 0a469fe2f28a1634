import type { Answer } from '../../src/client/api-client.js';
import { insertRepository } from '../kit/builders.js';
import { Clock, hold } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import { alterProvider } from '../kit/outside.js';
import { backedUpMachine, changingVolumes, configure, deploy, GIB, makeVolume, makeZone, NOBODY, protectedMachine, script, takeBackup, volumesOf } from '../kit/scene.js'; // prettier-ignore
import { testServer, type TestServer } from '../kit/server.js';
import { aDate } from '../kit/signed-request.js';
import { tableDigests } from '../kit/table-digests.js';

type Parameters = Readonly<Record<string, string>>;
interface Plan {
  readonly type: string;
  readonly feasible: boolean;
  readonly volumes?: readonly Answer[];
  readonly findings?: readonly { readonly severity: string; readonly text: string }[];
}
interface Scene {
  readonly zoneId: string;
  readonly policyId: string;
  readonly vmId: string;
  readonly backupId: string;
  readonly root: string;
  readonly data: string;
}

const ITS_OWN = new Set(['async_job', 'cache_change', 'event', 'session', 'lease']);

forEachEngine((engine) => {
  const sceneOf = async (server: TestServer): Promise<Scene> => {
    const made = await backedUpMachine(server, { machine: { size: '2' } });
    const [root, data] = (await volumesOf(server.admin, made.vmId)).map(({ id }) => String(id)) as [string, string];
    return { ...made, root, data };
  };
  const planOf = async (server: TestServer, wish: Parameters) => (await server.admin.call('planRestore', wish)).restoreplan as Plan;
  const told = ({ findings = [] }: Plan) => findings.map(({ severity, text }) => `${severity}: ${text}`);

  describe('planRestore', () => {
    const clock = new Clock();
    const server = testServer(engine, { now: clock.now });
    const scene = () => sceneOf(server);
    const plan = (wish: Parameters) => planOf(server, wish);

    test('tells what a machine in place would lose, and changes nothing', async () => {
      const { zoneId, vmId, backupId, root, data } = await scene();
      await server.admin.run('startVirtualMachine', { id: vmId });
      await server.admin.run('stopVirtualMachine', { id: vmId });
      const before = await tableDigests(server.db.knex, ITS_OWN);
      const place = { virtualmachineid: vmId, zoneid: zoneId };
      expect(await plan({ id: backupId })).toMatchObject({
        ...{ type: 'Machine', backupid: backupId, feasible: true, findings: [] },
        volumes: [
          { ...{ id: root, type: 'ROOT', deviceid: 0, size: GIB }, ...place, overwrites: { volumeid: root, size: GIB, changed: aDate } },
          { ...{ id: data, type: 'DATADISK', deviceid: 1, size: 2 * GIB }, ...place, overwrites: { volumeid: data, size: 2 * GIB } },
        ],
      });
      expect(await tableDigests(server.db.knex, ITS_OWN)).toEqual(before);
    });

    test('tells where a single volume would go', async () => {
      const { zoneId, backupId, data } = await scene();
      const target = String((await deploy(server.admin, zoneId)).id);
      const { volumes, ...rest } = await plan({ id: backupId, volumeid: data, virtualmachineid: target });
      expect(rest).toMatchObject({ type: 'Volume', feasible: true });
      expect(volumes).toMatchObject([{ id: data, virtualmachineid: target, restoredsize: 2 * GIB }]);
      expect(volumes?.[0]).not.toHaveProperty('overwrites');
    });

    test('tells what a new machine in another zone would get', async () => {
      const { backupId, root, data } = await scene();
      const zoneid = await makeZone(server);
      const { volumes, ...rest } = await plan({ id: backupId, zoneid });
      expect(rest).toMatchObject({ type: 'NewMachine', feasible: true });
      expect(volumes).toMatchObject([{ id: root, zoneid }, { id: data, zoneid }]); // prettier-ignore
      expect(volumes?.[0]).not.toHaveProperty('virtualmachineid');
    });

    const start = (id: string) => server.admin.run('startVirtualMachine', { id });
    const detach = (id: string) => server.admin.run('detachVolume', { id });
    const attach = async (zoneId: string, id: string) =>
      server.admin.run('attachVolume', { id: await makeVolume(server.admin, zoneId), virtualmachineid: id });
    const tamper = async ({ zoneId }: Scene, change: (text: string) => string) => {
      const row = await server.db.knex('plugin_store').where({ owner: `backup/dummy/${zoneId}` }).where('entryKey', 'like', 'backup/%').first<{ entryKey: string; value: string }>(); // prettier-ignore
      await server.db.knex('plugin_store').where({ owner: `backup/dummy/${zoneId}`, entryKey: row.entryKey }).update({ value: change(row.value) }); // prettier-ignore
    };

    test.each<[string, (scene: Scene) => Promise<unknown>, string[]]>([
      ['a machine that runs', ({ vmId }) => start(vmId), ['is Running; stop it']],
      ['a volume less', ({ data }) => changingVolumes(server, () => detach(data)), ['has 1 volumes and the backup holds 2']],
      ['a volume more', ({ zoneId, vmId }) => changingVolumes(server, () => attach(zoneId, vmId)), ['has 3 volumes and the backup holds 2']],
      ['backups that are off', ({ zoneId }) => configure(server, 'backup.framework.enabled', 'false', zoneId), ['is disabled in zone']],
      ['a backup that the provider lost', ({ zoneId }) => script(server, zoneId, { lost: '*' }), ['there is no backup dummy-']],
      ['another content at the provider', (scene) => tamper(scene, (text) => text.replaceAll(/"digest":"[^"]*"/g, '"digest":"x"')), ['with other content', 'with other content']],
      ['another size at the provider', (scene) => tamper(scene, (text) => text.replaceAll(`"sizeBytes":${GIB},"path"`, '"sizeBytes":7,"path"')), ['with 7 bytes instead of']],
      ['a backup that is being deleted', ({ backupId }) => server.db.knex('backups').where({ uuid: backupId }).update({ status: 'Deleting' }), ['is Deleting; only one']],
      ['much at once', async ({ zoneId, vmId }) => {
        await changingVolumes(server, () => attach(zoneId, vmId));
        await start(vmId);
        await script(server, zoneId, { lost: '*' });
      }, ['there is no backup dummy-', 'is Running; stop it', 'has 3 volumes and the backup holds 2']],
    ])('and restoreBackup find the same: %s', async (_, spoil, expected) => {
      const made = await scene();
      await spoil(made);
      const planned = await plan({ id: made.backupId });
      const blocking = (planned.findings ?? []).filter(({ severity }) => severity === 'blocks').map(({ text }) => text);
      expect(planned.feasible).toBe(false);
      expect(blocking).toEqual(expected.map((text) => expect.stringContaining(text) as string));
      expect((await server.admin.refusal('restoreBackup', { id: made.backupId })).text).toBe(blocking.join('; '));
    }); // prettier-ignore

    test('finds a machine and a zone that are not those of the backup', async () => {
      const { zoneId, backupId } = await scene();
      const [other, zone] = [String((await deploy(server.admin, zoneId)).id), await makeZone(server)];
      expect(told(await plan({ id: backupId, virtualmachineid: other, zoneid: zone }))).toEqual([
        `blocks: parameter zoneid: backup ${backupId} is in zone ${zoneId}`,
        expect.stringContaining(`blocks: parameter virtualmachineid: backup ${backupId} is of virtual machine`),
      ]);
    });

    test('finds a restore that is going on, and warns of jobs that wait', async () => {
      const { zoneId, vmId, backupId } = await scene();
      const job = await hold(server, clock, zoneId, 'restoreBackup', { id: backupId });
      const during = await plan({ id: backupId });
      await job.letGo();
      expect(told(during)).toEqual([`blocks: virtual machine ${vmId} is being restored already; ask again when that has ended`]);
      const backup = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
      const waiting = await plan({ id: backupId });
      await backup.letGo();
      expect([waiting.feasible, told(waiting)]).toEqual([
        true,
        [`warns: jobs are waiting for virtual machine ${vmId}; the restore comes after them`],
      ]);
    });

    test('finds an expunged machine, of which a new one can be made', async () => {
      const { zoneId, vmId, backupId } = await scene();
      await server.admin.run('removeVirtualMachineFromBackupOffering', { virtualmachineid: vmId });
      await server.admin.run('destroyVirtualMachine', { id: vmId, expunge: 'true' });
      expect(told(await plan({ id: backupId }))).toContain(
        `blocks: virtual machine ${vmId} has been expunged; it cannot be restored in place, make a new one of the backup`,
      );
      expect((await plan({ id: backupId, zoneid: zoneId })).feasible).toBe(true);
    });

    test('warns of a machine that its source has lost', async () => {
      const { vmId, backupId } = await scene();
      await server.db.knex('plugin_store').where('entryKey', `machine/${vmId}`).delete();
      const planned = await plan({ id: backupId });
      expect([planned.feasible, told(planned)]).toEqual([true, [expect.stringContaining('warns: the inventory source has lost')]]);
    });

    test('finds all that keeps a volume from a machine', async () => {
      const { vmId, backupId } = await scene();
      const elsewhere = String((await deploy(server.admin, await makeZone(server))).id);
      await server.admin.run('destroyVirtualMachine', { id: elsewhere });
      const order = { backupid: backupId, volumeid: NOBODY, virtualmachineid: elsewhere };
      const planned = await plan(order);
      expect(told(planned)).toEqual([
        expect.stringContaining(`blocks: backup ${backupId} holds no volume ${NOBODY}`),
        `blocks: virtual machine ${elsewhere} is Destroyed; choose another one, or recover it first`,
        `blocks: virtual machine ${elsewhere} is in another zone than the backup`,
      ]);
      const { text } = await server.admin.refusal('restoreBackupVolume', order);
      expect(text).toBe((planned.findings ?? []).map((finding) => finding.text).join('; '));
      const closed = await plan({ backupid: backupId, volumeid: NOBODY, virtualmachineid: vmId });
      expect(told(closed).at(-1)).toContain(`virtual machine ${vmId} has a backup offering`);
    });

    test('finds that there is no room for what is made, and none is needed for what is there', async () => {
      const { zoneId, backupId, data } = await scene();
      const target = String((await deploy(server.admin, zoneId)).id);
      await configure(server, 'inventory.plugin.simulator.capacity.bytes', String(5 * GIB), zoneId);
      const single = await plan({ id: backupId, volumeid: data, virtualmachineid: target });
      const made = await plan({ id: backupId, zoneid: zoneId });
      expect([told(single), told(made)]).toEqual([
        [`blocks: zone ${zoneNameIn(single)} has room for ${GIB} bytes, and the restore needs ${2 * GIB}; make room first`],
        [expect.stringContaining(`and the restore needs ${3 * GIB}; make room first`)],
      ]);
      expect((await server.admin.refusal('createVMFromBackup', { zoneid: zoneId, backupid: backupId })).text).toContain('make room first');
      expect((await plan({ id: backupId })).feasible).toBe(true);
    });

    test('finds everything that the zone of a new machine no longer has', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      const [vm] = (await server.admin.call('listVirtualMachines', { id: vmId })).virtualmachine as [Answer];
      const machine = await server.db.daos.pluginStore.find(`inventory/simulator/${zoneId}`, `machine/${vmId}`);
      const gone = (machine?.value ?? '').replaceAll(String(vm.serviceofferingid), NOBODY).replaceAll(String(vm.templateid), NOBODY);
      await server.db.knex('plugin_store').where({ entryKey: `machine/${vmId}` }).update({ value: gone }); // prettier-ignore
      const backup = await takeBackup(server.admin, vmId);
      expect(told(await plan({ id: String(backup.id), zoneid: zoneId }))).toEqual([
        expect.stringContaining(`blocks: the zone has no service offering ${NOBODY}`),
        expect.stringContaining(`blocks: the zone has no template ${NOBODY}`),
      ]);
    });

    test('finds a repository that does not allow the zone', async () => {
      const { zoneId, backupId, policyId } = await scene();
      const { id } = (await server.db.daos.zones.listAll()).find(({ uuid }) => uuid === zoneId) ?? { id: 0 };
      const { uuid } = await insertRepository(server.db.daos, { zoneId: id, crossZone: false });
      await server.db.knex('backup_policy').where({ uuid: policyId }).update({ externalId: uuid });
      expect(told(await plan({ id: backupId, zoneid: await makeZone(server) }))).toEqual([
        expect.stringContaining(`blocks: backup repository ${uuid} does not allow machines in other zones`),
      ]);
    });
  });

  describe('planRestore with a provider that can do the least', () => {
    const server = testServer(engine);
    beforeAll(() =>
      alterProvider(server, (provider) => ({
        capabilities: async (signal) => ({
          ...(await provider.capabilities(signal)),
          ...{ restoreVolume: false, fillMachine: false, crossZone: false },
        }),
        ...{ findBackup: undefined as never },
      })),
    );

    test('says what it cannot do, and that the backup was not checked', async () => {
      const { vmId, zoneId, backupId, data } = await sceneOf(server);
      const target = String((await deploy(server.admin, zoneId)).id);
      const unchecked = `warns: backup provider dummy cannot be asked for a single backup: whether it still has backup ${backupId} was not checked`;
      const inPlace = await planOf(server, { id: backupId, virtualmachineid: vmId });
      expect([inPlace.feasible, told(inPlace)]).toEqual([true, [unchecked]]);
      expect(told(await planOf(server, { id: backupId, volumeid: data, virtualmachineid: target }))).toEqual([
        unchecked,
        'blocks: backup provider dummy cannot restore a single volume',
      ]);
      expect(told(await planOf(server, { id: backupId, zoneid: await makeZone(server) }))).toEqual([
        unchecked,
        'blocks: backup provider dummy cannot make a new machine of a backup',
        'blocks: backup provider dummy makes machines only in the zone of the backup',
      ]);
      expect(await server.admin.run('restoreBackup', { id: backupId })).toMatchObject({ success: true });
    });
  });
});

const zoneNameIn = ({ volumes }: Plan): string => String(volumes?.[0]?.zonename);
