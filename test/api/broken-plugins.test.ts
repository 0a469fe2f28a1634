import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { loadPlugin, loadPlugins } from '../../src/provider/load-plugins.js';
import { forEachEngine, install, temporaryFolder } from '../kit/engines.js';
import { PROJECT } from '../kit/program.js';
import { backedUpMachine, configure, deploy, each, importPolicy, listed, makeZone, protectedMachine, takeBackup } from '../kit/scene.js';
import { testServer, TestServer } from '../kit/server.js';
import type { TestClient } from '../kit/test-client.js';

const TEST_MS = 120_000;
const PROVIDER = 'backup.framework.provider.plugin';
const FIXTURES = join(PROJECT, 'test/kit/plugins');
const BROKEN = join(FIXTURES, 'broken');

/** The plugins that cannot be loaded, and why. */
const REASONS: Readonly<Record<string, string>> = {
  curious: 'it cannot be loaded; the log has the cause',
  endless: 'it has not been loaded after 0.5 s',
  misnamed: 'it exports the name "named-otherwise"; name and folder must be the same',
  missing: 'there is no index.js',
  outdated: 'it speaks plugin API 1; this server speaks 3',
  throwing: 'it cannot be loaded; the log has the cause',
};
const TWICE = `there is one in ${join(PROJECT, 'plugins/backup')} already, which comes first; take one of them away`;

/** What has been loaded once is there at once, and can be waited for shortly. */
beforeAll(async () => {
  await loadPlugins(join(PROJECT, 'plugins'));
  for (const name of ['dummy', 'curious', 'misnamed', 'outdated', 'throwing']) await loadPlugin(join(BROKEN, name)).catch(() => undefined);
}, TEST_MS);

forEachEngine((engine) => {
  describe('plugins that cannot be loaded', () => {
    const server = testServer(engine, { settings: { 'plugins.path': BROKEN }, pluginLoadMs: 500 });

    test('are told of in the log and in alerts, with the reason and what to do', async () => {
      const reasons = Object.entries({ ...REASONS, dummy: TWICE }).sort(([a], [b]) => (a < b ? -1 : 1));
      const lines = server.logged('plugin not loaded').map(({ level, fields }) => ({ level, ...fields, error: fields.error }));
      expect(lines).toEqual(
        reasons.map(([name, reason]) => ({
          ...{ level: 'error', kind: name === 'dummy' ? 'backup' : undefined, name, folder: BROKEN, reason },
          ...{ remedy: expect.stringContaining(`stackvault plugin check ${join(BROKEN, name)}`), error: expect.any(Error) },
        })),
      );
      expect(lines.map(({ error }) => String(error)).join()).toContain('hunter2');
      const alerts = await listed(server.admin, 'listAlerts', 'alert', { type: 'ALERT.MANAGEMENT' });
      const texts = each(alerts, 'description').reverse();
      expect(texts).toEqual(
        reasons.map(([name, reason]) => expect.stringContaining(`plugin ${name} in ${BROKEN} could not be loaded: ${reason}; mend it`)),
      );
      expect(texts.join()).not.toContain('hunter2');
    });

    test('leave the others alone', async () => {
      const { vmId, backupId } = await backedUpMachine(server);
      await server.admin.run('restoreBackup', { id: backupId });
      await takeBackup(server.admin, vmId);
      expect(each(await listed(server.admin, 'listBackupProviders', 'providers'), 'name')).toEqual(['dummy', 'veeam']);
    });

    test.each(Object.entries(REASONS))('as "%s" are refused to the zones that need them, with the reason', async (name, reason) => {
      const zoneid = await makeZone(server);
      const text = `backup plugin ${name} could not be loaded: ${reason}`;
      const refusal = await server.admin.refusal('updateConfiguration', { name: PROVIDER, value: name, zoneid });
      expect(refusal).toEqual({ code: 431, text: `parameter value: ${text}; ${PROVIDER} can be one of: dummy, veeam` });
      await useUnseen(server, name);
      const { code, text: told } = await server.admin.refusal('listBackupPolicies', { external: 'true', zoneid });
      expect({ code, told }).toEqual({ code: 530, told: expect.stringMatching(/^zone .* cannot be served: /) });
      expect(told).toContain(text);
      const named = await server.admin.refusal('checkBackupProvider', { zoneid });
      expect(named).toEqual({ code: 431, text: `parameter provider: ${text}; see listBackupProviders` });
    });

    /** Makes it the provider of the newest zone, as it was before it broke. */
    async function useUnseen({ db }: TestServer, value: string): Promise<void> {
      const zone = (await db.daos.zones.listAll()).at(-1);
      await db.daos.configuration.save({ name: PROVIDER, scope: 'Zone', scopeId: zone?.id ?? 0, value });
      await configure(server, 'jobs.retries', '0');
    }

    test('may be those of the inventory too: its zone is told why, and the lists of all zones go on', async () => {
      const { vmId, zoneId } = await protectedMachine(server);
      await server.db.daos.configuration.save({
        ...{ name: 'inventory.plugin', scope: 'Zone', value: 'missing' },
        scopeId: (await server.db.daos.zones.listAll()).at(-1)?.id ?? 0,
      });
      await configure(server, 'jobs.retries', '0');
      const { text } = await server.admin.refusal('createBackup', { virtualmachineid: vmId });
      expect(text).toContain('inventory plugin missing could not be loaded: there is no index.js');
      await server.admin.refusal('listServiceOfferings', { zoneid: zoneId });
      await makeZone(server);
      expect(await listed(server.admin, 'listServiceOfferings', 'serviceoffering')).not.toEqual([]);
      expect(each(await listed(server.admin, 'listVirtualMachines', 'virtualmachine', { zoneid: zoneId }), 'id')).toEqual([vmId]);
    });
  });

  test(
    'a plugin that breaks keeps what is recorded of it, whatever is asked meanwhile, and goes on when it is mended',
    async () => {
      const installation = await install(engine);
      const folder = temporaryFolder('plugins');
      const plugin = join(folder, 'silent');
      const run = async <T>(work: (server: TestServer) => Promise<T>): Promise<T> => {
        const server = new TestServer(engine, { installation, settings: { 'plugins.path': folder } });
        await server.start();
        return work(server).finally(() => server.stop());
      };
      try {
        symlinkSync(join(FIXTURES, 'misbehaving/silent'), plugin);
        const scene = await run(protect);
        rmSync(plugin);
        mkdirSync(plugin);
        // Twice: what was said is not said again.
        await run(async () => undefined);
        await run((server) => askInVain(server, scene));
        rmSync(plugin, { recursive: true });
        symlinkSync(join(FIXTURES, 'misbehaving/silent'), plugin);
        await run(async (server) => {
          const admin = server.client(scene.keys);
          expect(await settingsOf(admin, scene.zoneId)).toContainEqual({ name: 'backup.plugin.silent.delay.ms', value: '1' });
          await admin.run('restoreBackup', { id: scene.backupId });
          await takeBackup(admin, scene.vmId);
        });
      } finally {
        await installation.drop();
        rmSync(folder, { recursive: true });
      }
    },
    TEST_MS,
  );

  test('a server whose own plugins are broken starts all the same, and makes its sandbox when they are mended', async () => {
    const installation = await install(engine);
    const run = async (settings: Readonly<Record<string, unknown>>, work: (server: TestServer) => Promise<void> | void) => {
      const server = new TestServer(engine, { installation, settings });
      await server.start();
      await (async () => work(server))().finally(() => server.stop());
    };
    try {
      await run({ 'plugins.dir': join(FIXTURES, 'no-entry') }, (server) => expect(server.logged('sandbox not made')).toHaveLength(1));
      await run({}, async ({ db }) => {
        expect((await db.daos.zones.listAll()).map(({ name }) => name)).toEqual(['sandbox']);
        expect(await db.knex('virtual_machine').select('name')).toHaveLength(3);
      });
    } finally {
      await installation.drop();
    }
  });
});

/** A machine with a backup of the plugin, another one in its offering, and one that is in none. */
async function protect(server: TestServer) {
  const zoneId = await makeZone(server);
  await configure(server, PROVIDER, 'silent', zoneId);
  await configure(server, 'jobs.retries', '0');
  await configure(server, 'backup.plugin.silent.delay.ms', '1', zoneId);
  const policyId = await importPolicy(server, zoneId);
  const machine = async () => String((await deploy(server.admin, zoneId)).id);
  const [vmId, leavingId, otherId] = [await machine(), await machine(), await machine()];
  for (const virtualmachineid of [vmId, leavingId])
    await server.admin.run('assignBackupPolicy', { virtualmachineid, backuppolicyid: policyId });
  const backup = await takeBackup(server.admin, vmId);
  const [volumeId = ''] = backup.volumeids as string[];
  const { apiKey: apikey, secretKey: secretkey } = server.firstAdmin;
  return { zoneId, policyId, vmId, leavingId, otherId, backupId: String(backup.id), volumeId, keys: { apikey, secretkey } };
}

const settingsOf = async (client: TestClient, zoneid: string) =>
  (await listed(client, 'listConfigurations', 'configuration', { zoneid, keyword: 'silent' })).map(({ name, value }) => ({ name, value }));

/** What is known of machines and backups, and what was set. */
const RECORDS = ['backups', 'backup_policy', 'virtual_machine', 'volume', 'configuration', 'plugin_store', 'usage_ledger', 'restore'];

/** Asks for everything that needs the plugin; nothing is changed by it. */
async function askInVain(server: TestServer, scene: Awaited<ReturnType<typeof protect>>): Promise<void> {
  const { zoneId: zoneid, policyId: backuppolicyid, vmId: virtualmachineid, otherId, backupId, volumeId } = scene;
  const admin = server.client(scene.keys);
  const state = async () => ({
    records: await Promise.all(RECORDS.map((table) => server.db.knex(table).select().orderBy(1))),
    machines: await listed(admin, 'listVirtualMachines', 'virtualmachine', { zoneid }),
    backups: await listed(admin, 'listBackups', 'backup', { zoneid }),
    policies: await listed(admin, 'listBackupPolicies', 'backuppolicy', { zoneid }),
    offerings: await server.db.knex('backup_policy_vm_map').select('vm_id', 'policy_id', 'state'),
  });
  const before = await state();
  expect([before.machines.length, before.backups.length, before.offerings.length]).toEqual([3, 1, 2]);
  const requests: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    listBackupProviderOfferings: { zoneid },
    importBackupPolicy: { zoneid, name: 'silver', externalid: 'silver-policy' },
    assignBackupPolicy: { virtualmachineid: otherId, backuppolicyid },
    createBackup: { virtualmachineid },
    planRestore: { id: backupId },
    restoreBackup: { id: backupId },
    restoreBackupVolume: { backupid: backupId, volumeid: volumeId, virtualmachineid: otherId },
    deleteBackup: { id: backupId },
    removeVirtualMachineFromBackupOffering: { virtualmachineid },
  };
  const why = 'backup plugin silent could not be loaded: there is no index.js';
  for (const [command, parameters] of Object.entries(requests)) {
    const refusal = await admin.refusal(command, parameters);
    expect({ command, ...refusal }).toEqual({ command, code: 530, text: expect.stringContaining(why) });
  }
  const { backupsync } = await admin.run('syncBackups', { zoneid });
  expect(backupsync).toMatchObject([{ success: false, failure: expect.stringContaining(why) }]);
  expect(await settingsOf(admin, zoneid)).toEqual([]);
  expect(await state()).toEqual(before);
  expect(await listed(admin, 'listAlerts', 'alert', { type: 'ALERT.MANAGEMENT' })).toHaveLength(1);
  // Unless somebody insists.
  await admin.run('removeVirtualMachineFromBackupOffering', { virtualmachineid: scene.leavingId, forced: 'true' });
  expect((await state()).offerings).toHaveLength(1);
}
