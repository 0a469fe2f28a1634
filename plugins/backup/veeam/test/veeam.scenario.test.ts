import { readFileSync } from 'node:fs';
import type { Answer } from '../../../../src/client/api-client.js';
import { forEachEngine, install, present, type Installation } from '../../../../test/kit/engines.js';
import { eventually } from '../../../../test/kit/eventually.js';
import { startProcess, type ServerProcess } from '../../../../test/kit/process.js';
import { listed, only, volumesOf } from '../../../../test/kit/scene.js';
import type { TestClient } from '../../../../test/kit/test-client.js';
import { everything } from '../../../../test/scenario/ledger.js';
import { submit } from '../../../../test/scenario/sandbox.js';
import { USER, vbrBench } from './bench.js';

const TEST_MS = 90_000;
const WORK_MS = 3000;
const MACHINE = 'db-1';

forEachEngine((engine) => {
  let opened: Installation | undefined;
  let running: ServerProcess | undefined;
  let bench: Awaited<ReturnType<typeof vbrBench>> | undefined;
  const written: string[] = [];
  beforeEach(async () => {
    opened = await install(engine);
    bench = await vbrBench('1.3-rev2');
  });
  afterEach(async () => {
    await running?.kill();
    await bench?.close();
    await opened?.drop();
  });

  async function start(): Promise<TestClient> {
    const { dataDir, dbUrl } = present(opened);
    running = await startProcess({ dataDir, dbUrl, env: { JOBS_LEASE_SECONDS: '2', LOG_LEVEL: 'debug' } });
    written.push(readFileSync(`/proc/${running.pid}/cmdline`, 'utf8'), readFileSync(`/proc/${running.pid}/environ`, 'utf8'));
    return running.client();
  }

  /** Makes Veeam the backup system of the sandbox, and one of its machines known there; answers the zone and the machine. */
  async function setUp(client: TestClient): Promise<{ zoneid: string; vmId: string }> {
    const { estate, server } = present(bench);
    const zoneid = String((await only(client, 'listZones', 'zone', { name: 'sandbox' })).id);
    const settings = {
      ...{ api: 'vbr', 'vbr.url': server.origin, 'ca.file': server.caFile, ...USER, 'request.timeout': '5', 'task.poll.interval': '1' },
      ...{ 'restore.cluster': 'cluster-1', 'restore.datastore': 'datastore-1' },
    };
    for (const [key, value] of Object.entries(settings)) {
      await client.call('updateConfiguration', { name: `backup.plugin.veeam.${key}`, value, zoneid });
    }
    await client.call('updateConfiguration', { name: 'backup.framework.provider.plugin', value: 'veeam', zoneid });
    const vmId = String((await only(client, 'listVirtualMachines', 'virtualmachine', { name: MACHINE })).id);
    const disks = (await volumesOf(client, vmId)).map(({ size, deviceid }) => ({ sizeBytes: Number(size), slot: Number(deviceid) }));
    estate.addMachine(MACHINE, disks);
    return { zoneid, vmId };
  }

  /** Runs a job whose server is killed while Veeam is at work; answers how the next server has ended it. */
  async function killDuring(client: TestClient, command: string, parameters: Record<string, string>) {
    const { estate } = present(bench);
    estate.sessions.script.lastsMs = WORK_MS;
    const jobId = await submit(client, command, parameters);
    await eventually(
      async () => estate.sessions.active().length,
      (active) => active > 0,
    );
    await running?.kill('SIGKILL');
    written.push(running?.text ?? '');
    const again = await start();
    const job = await again.ended(jobId);
    estate.sessions.script.lastsMs = 0;
    expect(job).toMatchObject({ jobstatus: 1, jobresult: { success: true } });
    return again;
  }

  test(
    'a machine goes the whole way, over a server that is killed in the middle of its backup and of its restore',
    async () => {
      const { estate, vbr } = present(bench);
      let client = await start();
      const { zoneid, vmId } = await setUp(client);
      const sessions = (kind: string) => estate.sessions.all.filter((session) => session.kind === kind).length;

      const [offering] = await listed(client, 'listBackupPolicies', 'backuppolicy', { external: 'true', zoneid });
      const imported = await client.run('importBackupPolicy', { name: 'Repository', externalid: String(offering?.externalid), zoneid });
      const backuppolicyid = String((imported.backuppolicy as Answer).id);
      await client.run('assignBackupPolicy', { backuppolicyid, virtualmachineid: vmId });
      expect(vbr.logons).toBe(1);

      const content = estate.contentOf(MACHINE);
      client = await killDuring(client, 'createBackup', { virtualmachineid: vmId });
      const backup = await only(client, 'listBackups', 'backup', { virtualmachineid: vmId });
      const [point, ...others] = estate.pointsOf(MACHINE);
      expect([backup.status, backup.externalid, others, sessions('Job')]).toEqual(['BackedUp', point?.id, [], 1]);

      estate.scribble(MACHINE);
      await client.run('stopVirtualMachine', { id: vmId });
      client = await killDuring(client, 'restoreBackup', { id: String(backup.id) });
      expect(estate.contentOf(MACHINE)).toEqual(content);
      expect(sessions('RestoreVm')).toBe(1);
      expect(await only(client, 'listVirtualMachines', 'virtualmachine', { id: vmId })).toMatchObject({ state: 'Stopped' });

      await client.call('updateConfiguration', { name: 'backup.enable.attach.detach.of.volumes', value: 'true' });
      const before = await volumesOf(client, vmId);
      const [root] = before;
      const wish = { backupid: String(backup.id), volumeid: String(root?.id), virtualmachineid: vmId };
      await client.run('restoreVolumeFromBackupAndAttachToVM', wish);
      expect(await volumesOf(client, vmId)).toHaveLength(before.length + 1);
      expect(estate.firstClassDisks.map(({ bytes }) => bytes.toString('hex'))).toEqual([content.get(0)]);

      await client.run('deleteBackup', { id: String(backup.id) });
      expect([estate.pointsOf(MACHINE), await listed(client, 'listBackups', 'backup', { virtualmachineid: vmId })]).toEqual([[], []]);
      // One for each server that has run.
      expect(vbr.logons).toBe(3);

      await client.call('updateConfiguration', { name: 'backup.plugin.veeam.password', value: `wrong-${USER.password}`, zoneid });
      const refusal = await client.call('listBackupPolicies', { external: 'true', zoneid }).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(Error);
      await running?.kill();
      const places = [...written, running?.text ?? '', String(refusal), JSON.stringify(refusal), await everything(present(opened))];
      expect(places.filter((text) => text.includes(USER.password))).toEqual([]);
      expect(places.join()).toContain(USER.username);
    },
    TEST_MS,
  );

  test(
    'what Veeam has taken before is adopted with the volumes of the machine, and puts these back',
    async () => {
      const { estate } = present(bench);
      const client = await start();
      const { zoneid, vmId } = await setUp(client);
      const { moref } = estate.machine(MACHINE);
      const content = estate.contentOf(MACHINE);
      estate.startJob(estate.addJob({ name: `${MACHINE}-CSBKP-${vmId}`, morefs: [moref] }));
      // Seen before anybody knows the volumes.
      await client.run('syncBackups', { zoneid });
      const [offering] = await listed(client, 'listBackupPolicies', 'backuppolicy', { external: 'true', zoneid });
      const imported = await client.run('importBackupPolicy', { name: 'Repository', externalid: String(offering?.externalid), zoneid });
      await client.run('assignBackupPolicy', {
        backuppolicyid: String((imported.backuppolicy as Answer).id),
        virtualmachineid: vmId,
      });
      await client.run('syncBackups', { zoneid });
      const backup = await only(client, 'listBackups', 'backup', { virtualmachineid: vmId });
      const before = (await volumesOf(client, vmId)).map(({ id }) => id);
      estate.scribble(MACHINE);
      await client.run('stopVirtualMachine', { id: vmId });
      await client.run('restoreBackup', { id: String(backup.id) });
      expect(estate.contentOf(MACHINE)).toEqual(content);
      expect((await volumesOf(client, vmId)).map(({ id }) => id)).toEqual(before);
    },
    TEST_MS,
  );
});
