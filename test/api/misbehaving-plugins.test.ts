import { jest } from '@jest/globals';
import { join } from 'node:path';
import { forEachEngine } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { PROJECT } from '../kit/program.js';
import { backedUpMachine, configure, deploy, importPolicy, listed, makeZone, only, protectedMachine, takeBackup } from '../kit/scene.js';
import { testServer } from '../kit/server.js';

const TEST_MS = 120_000;
const PLUGINS = join(PROJECT, 'test/kit/plugins/misbehaving');

forEachEngine((engine) => {
  const server = testServer(engine, { settings: { 'plugins.path': PLUGINS } });
  const badly = (plugin: string, zone: string, method: string) => configure(server, `backup.plugin.${plugin}.method`, method, zone);
  afterEach(() => void jest.restoreAllMocks());

  /** A machine with a backup of the plugin, which has done well so far. */
  async function scene(plugin: string) {
    const zoneId = await makeZone(server);
    await configure(server, 'backup.framework.provider.plugin', plugin, zoneId);
    const policyId = await importPolicy(server, zoneId);
    const vmId = await machine(zoneId);
    await server.admin.run('assignBackupPolicy', { virtualmachineid: vmId, backuppolicyid: policyId });
    const { id } = await takeBackup(server.admin, vmId);
    return { zoneId, vmId, backupId: String(id) };
  }

  /** A request that needs the method. */
  const requests = async ({
    zoneId,
    vmId,
    backupId,
  }: Awaited<ReturnType<typeof scene>>): Promise<Readonly<Record<string, readonly [string, Record<string, string>]>>> => ({
    listOfferings: ['listBackupProviderOfferings', { zoneid: zoneId }],
    assign: ['assignBackupPolicy', { virtualmachineid: await machine(zoneId), backuppolicyid: await policyOf(zoneId) }],
    capabilities: ['planRestore', { id: backupId }],
    takeBackup: ['createBackup', { virtualmachineid: vmId }],
    restoreMachine: ['restoreBackup', { id: backupId }],
    restoreVolume: ['restoreBackupVolume', { backupid: backupId, volumeid: await volumeOf(vmId), virtualmachineid: await machine(zoneId) }],
    checkConnection: ['checkBackupProvider', { zoneid: zoneId }],
  });
  const machine = async (zoneId: string) => String((await deploy(server.admin, zoneId)).id);
  const policyOf = async (zoneid: string) => String((await only(server.admin, 'listBackupPolicies', 'backuppolicy', { zoneid })).id);
  const volumeOf = async (vmId: string) => String((await only(server.admin, 'listVolumes', 'volume', { virtualmachineid: vmId })).id);

  test.each([
    ['garbage', /^garbage\.\w+: the provider answered with .* \(.*\)$/],
    ['throws', /^throws\.\w+: the plugin failed unexpectedly; the log has the cause \(.*\)$/],
  ])(
    'the plugin "%s" fails its own requests, by name, and no others',
    async (plugin, text) => {
      const [bad, good] = [await scene(plugin), await backedUpMachine(server)];
      // A restore would be asked again.
      await configure(server, 'jobs.retries', '0', bad.zoneId);
      for (const [method, [command, parameters]] of Object.entries(await requests(bad))) {
        await badly(plugin, bad.zoneId, method);
        const refusal = await server.admin.refusal(command, parameters);
        expect({ method, ...refusal }).toEqual({ method, code: expect.any(Number), text: expect.stringMatching(text) });
        expect(refusal.text).not.toContain('hunter2');
      }
      await badly(plugin, bad.zoneId, 'listBackups');
      const { backupsync } = await server.admin.run('syncBackups', { provider: plugin, zoneid: bad.zoneId });
      expect(backupsync).toMatchObject([{ success: false, failure: expect.stringContaining(`${plugin}.listBackups: `) }]);
      await badly(plugin, bad.zoneId, 'capacity');
      const capacities = await listed(server.admin, 'listCapacity', 'capacity', { fetchlatest: 'true' });
      expect(capacities.map(({ zoneid }) => zoneid)).toContain(good.zoneId);
      expect(capacities.map(({ zoneid }) => zoneid)).not.toContain(bad.zoneId);
      await takeBackup(server.admin, good.vmId);
      // Nothing was recorded that was not so.
      const backups = await listed(server.admin, 'listBackups', 'backup', { virtualmachineid: bad.vmId });
      expect(backups.filter(({ status }) => status === 'BackedUp').map(({ id }) => id)).toEqual([bad.backupId]);
    },
    TEST_MS,
  );

  /** What needs the inventory source, each by the method that it needs first; the source does nothing of it. */
  async function requestsOfInventory(zoneid: string) {
    const [vm, other] = [await deploy(server.admin, zoneid), await deploy(server.admin, zoneid)];
    const [vmId, otherId] = [String(vm.id), String(other.id)];
    const policyId = await importPolicy(server, zoneid);
    await server.admin.run('assignBackupPolicy', { virtualmachineid: vmId, backuppolicyid: policyId });
    const backupId = String((await takeBackup(server.admin, vmId)).id);
    const volume = async (name: string) =>
      String(((await server.admin.run('createVolume', { zoneid, name, size: '1' })).volume as { id: string }).id);
    const [free, used] = [await volume('free'), await volume('used')];
    await server.admin.run('attachVolume', { id: used, virtualmachineid: otherId });
    const restoreOne = { backupid: backupId, volumeid: await volumeOf(vmId), virtualmachineid: otherId };
    const requests: readonly (readonly [string, string, Record<string, string>])[] = [
      ['findMachine', 'createBackup', { virtualmachineid: vmId }],
      ['deployMachine', 'deployVirtualMachine', { zoneid, name: 'never' }],
      ['startMachine', 'startVirtualMachine', { id: vmId }],
      ['stopMachine', 'stopVirtualMachine', { id: vmId }],
      ['destroyMachine', 'destroyVirtualMachine', { id: vmId }],
      ['createVolume', 'createVolume', { zoneid, name: 'never', size: '1' }],
      ['attachVolume', 'attachVolume', { id: free, virtualmachineid: otherId }],
      ['detachVolume', 'detachVolume', { id: used }],
      ['adoptRestoredMachine', 'restoreBackup', { id: backupId }],
      ['adoptRestoredVolume', 'restoreBackupVolume', restoreOne],
      ['readCatalogue', 'listServiceOfferings', { zoneid }],
      ['freeBytes', 'planRestore', { id: backupId }],
    ];
    return { vmId, requests };
  }
  const copies = async (zoneid: string) => [
    await listed(server.admin, 'listVirtualMachines', 'virtualmachine', { zoneid }),
    await listed(server.admin, 'listVolumes', 'volume', { zoneid }),
  ];

  test.each([
    ['garbled', 12, 'the inventory source answered with (a|room) '],
    // Which room and which catalogue there are, no request says.
    ['mistaken', 10, 'the inventory source answered with something else than was asked for '],
  ])(
    'the inventory source "%s" fails its own requests, by name, and nothing of what it tells is recorded',
    async (plugin, count, text) => {
      const [zoneId, good] = [await makeZone(server), await protectedMachine(server)];
      await configure(server, 'inventory.plugin', plugin, zoneId);
      await configure(server, 'jobs.retries', '0', zoneId);
      const { vmId, requests } = await requestsOfInventory(zoneId);
      const method = (name: string) => configure(server, `inventory.plugin.${plugin}.method`, name, zoneId);
      const before = await copies(zoneId);
      for (const [needed, command, parameters] of requests.slice(0, count)) {
        await method(needed);
        const refusal = await server.admin.refusal(command, parameters);
        const expected = expect.stringMatching(new RegExp(`^${plugin}\\.${needed}: ${text}`));
        expect({ needed, ...refusal }).toEqual({ needed, code: 530, text: expected });
        expect(refusal.text).not.toContain('hunter2');
      }
      expect(await copies(zoneId)).toEqual(before);
      await takeBackup(server.admin, good.vmId);
      await method('');
      await takeBackup(server.admin, vmId);
    },
    TEST_MS,
  );

  test('a plugin that cannot be made is a fault of its zone', async () => {
    const bad = await scene('throws');
    await badly('throws', bad.zoneId, 'create');
    const { text } = await server.admin.refusal('createBackup', { virtualmachineid: bad.vmId });
    expect(text).toMatch(/^backup plugin throws cannot be used with its settings; the log has the cause/);
    const providers = await listed(server.admin, 'listBackupProviders', 'providers', { zoneid: bad.zoneId });
    expect(providers.find(({ name }) => name === 'throws')).toMatchObject({ failure: expect.stringContaining('cannot be used') });
    await badly('throws', bad.zoneId, '');
    await takeBackup(server.admin, bad.vmId);
  });

  test('a plugin that never answers holds up nobody else, and its job can be cancelled', async () => {
    const [bad, good] = [await scene('silent'), await protectedMachine(server)];
    await badly('silent', bad.zoneId, 'takeBackup');
    const { jobid } = await server.admin.call('createBackup', { virtualmachineid: bad.vmId });
    const inProgress = () => listed(server.admin, 'listBackups', 'backup', { virtualmachineid: bad.vmId });
    await eventually(inProgress, (backups) => backups.some(({ status }) => status === 'BackingUp'));
    await takeBackup(server.admin, good.vmId);
    await server.admin.call('cancelAsyncJob', { jobid: String(jobid) });
    expect(await server.admin.ended(String(jobid))).toMatchObject({ jobstatus: 2, jobresult: { errorcode: 530 } });
    await badly('silent', bad.zoneId, '');
    await takeBackup(server.admin, bad.vmId);
  });

  test('the list of providers tells what each can do in a zone, and is not held up by one that does not say', async () => {
    const zoneid = await makeZone(server);
    for (const plugin of ['garbage', 'silent']) await badly(plugin, zoneid, 'capabilities');
    const late = new AbortController();
    const { timeout } = AbortSignal;
    jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      if (ms !== 5000) return timeout.call(AbortSignal, ms);
      late.abort(new Error('no answer in time'));
      return late.signal;
    });
    const capabilities = ['capacity', 'crosszone', 'deletebackup', 'fillmachine', 'restorevolume'];
    const about = (name: string) => ({ name, version: '1.0.0', description: expect.any(String) as string });
    // Nobody has set it up.
    const veeam = { ...about('veeam'), failure: expect.any(String) as string };
    const providers = await listed(server.admin, 'listBackupProviders', 'providers', { zoneid });
    expect(providers).toEqual([
      expect.objectContaining({ name: 'dummy' }),
      veeam,
      { ...about('garbage'), failure: expect.any(String) },
      { ...about('silent'), failure: expect.stringContaining('silent.capabilities: no answer in time') },
      expect.objectContaining({ name: 'throws' }),
    ]);
    jest.restoreAllMocks();
    await badly('silent', zoneid, '');
    expect(await listed(server.admin, 'listBackupProviders', 'providers', { zoneid })).toEqual([
      { ...about('dummy'), capabilities },
      veeam,
      { ...about('garbage'), failure: expect.stringContaining('garbage.capabilities: the provider answered with capabilities') },
      { ...about('silent'), capabilities },
      { ...about('throws'), capabilities },
    ]);
    expect(await listed(server.admin, 'listBackupProviders', 'providers')).toEqual(
      ['dummy', 'veeam', 'garbage', 'silent', 'throws'].map(about),
    );
  });
});
