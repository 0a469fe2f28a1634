import { readFileSync } from 'node:fs';
import { forEachEngine, install, present, type Installation } from '../../../../test/kit/engines.js';
import { eventually } from '../../../../test/kit/eventually.js';
import { startProcess, type ServerProcess } from '../../../../test/kit/process.js';
import { listed, only, volumesOf } from '../../../../test/kit/scene.js';
import type { Keys } from '../../../../test/kit/server.js';
import type { TestClient } from '../../../../test/kit/test-client.js';
import { everything } from '../../../../test/scenario/ledger.js';
import { submit } from '../../../../test/scenario/sandbox.js';
import { TARGET, USER, vbrBench } from './bench.js';
import { emBench } from './em-bench.js';
import type { FakeSession } from './fake/sessions.js';
import { MACHINE, protect, useVeeam, type VeeamSandbox } from './veeam-sandbox.js';

const TEST_MS = 90_000;
/** By the clock of the fake, which the test moves. */
const WORK_MS = 60_000;

/** The ways to Veeam, by the setting `api`: what is there, what else is set, and where a client logs on. */
const WAYS = {
  vbr: { open: () => vbrBench('1.3-rev2'), set: () => ({}), logon: /POST .*oauth2\/token/ },
  // With the Backup & Replication server for what Enterprise Manager cannot do.
  em: { open: emBench, set: (origin: string) => ({ url: `${origin}/api/` }), logon: /POST .*sessionMngr/ },
} as const;

/** What searches for the password find it by. */
const SECRETS = [USER.password, Buffer.from(`${USER.username}:${USER.password}`).toString('base64'), encodeURIComponent(USER.password)];

interface Kill {
  readonly command: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The session in the middle of which the server dies. */
  readonly during: FakeSession['kind'];
  /** How often it has looked at the session by then: with 0, the session is known to nobody but Veeam. */
  readonly looks: number;
}

forEachEngine((engine) => {
  describe.each(['vbr', 'em'] as const)('by %s', (api) => {
    let opened: Installation | undefined;
    let running: ServerProcess | undefined;
    let bench: Awaited<ReturnType<typeof vbrBench>> | undefined;
    let keys: Keys | undefined;
    let starts = 0;
    /** How often somebody had logged on at Backup & Replication when each server was started. */
    const logonsBefore: number[] = [];
    const written: string[] = [];
    beforeEach(async () => {
      opened = await install(engine);
      bench = await WAYS[api].open();
      [keys, starts, logonsBefore.length] = [undefined, 0, 0];
    });
    afterEach(async () => {
      await running?.kill();
      await bench?.close();
      await opened?.drop();
    });

    async function start(): Promise<TestClient> {
      const { dataDir, dbUrl } = present(opened);
      running = await startProcess({ dataDir, dbUrl, env: { JOBS_LEASE_SECONDS: '2', LOG_LEVEL: 'debug' } });
      starts += 1;
      logonsBefore.push(present(bench).vbr.logons);
      written.push(readFileSync(`/proc/${running.pid}/cmdline`, 'utf8'), readFileSync(`/proc/${running.pid}/environ`, 'utf8'));
      keys ??= await running.keys();
      return running.client(keys);
    }

    async function end(signal: NodeJS.Signals): Promise<void> {
      await running?.kill(signal);
      written.push(running?.text ?? '');
    }

    /** Makes Veeam the backup system of the sandbox, in this way. */
    function setUp(client: TestClient): Promise<VeeamSandbox> {
      const { estate, server } = present(bench);
      return useVeeam(client, estate, {
        ...{ api, 'vbr.url': server.origin, 'ca.file': server.caFile, ...USER, 'request.timeout': '5', 'task.poll.interval': '1' },
        ...{ ...TARGET, ...WAYS[api].set(server.origin) },
      });
    }

    const sessions = (kind: FakeSession['kind']) => present(bench).estate.sessions.all.filter((session) => session.kind === kind).length;

    /** Runs a job whose server is killed while Veeam is at work, and which the next one brings to its end; answers a client of that one. */
    async function killDuring({ command, parameters, during, looks }: Kill, client: TestClient): Promise<TestClient> {
      const { estate, server } = present(bench);
      Object.assign(estate.sessions.script, { lastsMs: WORK_MS, only: during });
      const isBegun = () => estate.sessions.active().some(({ kind }) => kind === during);
      if (looks === 0) server.faults.push({ on: /^POST /, how: (answer) => (isBegun() ? undefined : answer) });
      const jobId = await submit(client, command, parameters);
      const [session] = await eventually(
        async () => estate.sessions.active(),
        ({ length }) => length > 0,
      );
      // A disk that is being mounted is looked for in the list of mounts.
      const looked = during === 'FirstClassDiskInstantRestore' ? /^GET .*\/fcd$/ : new RegExp(`^GET .*essions/${session?.id ?? ''}`);
      await eventually(
        async () => server.count(looked),
        (count) => count >= looks,
      );
      await end('SIGKILL');
      server.reset();
      const again = await start();
      // It is at work again, on this session or, which will be noticed, on another one; and so is Veeam.
      await eventually(
        async () => server.count(looked) > 0 || estate.sessions.all.at(-1) !== session,
        (isResumed) => isResumed,
      );
      expect(estate.sessions.active().map(({ kind }) => kind)).toContain(during);
      estate.advance(WORK_MS);
      estate.sessions.script.lastsMs = 0;
      expect(await again.ended(jobId)).toMatchObject({ jobstatus: 1, jobresult: { success: true } });
      expect(estate.sessions.active()).toEqual([]);
      return again;
    }

    test(
      'a machine goes the whole way, over servers that are killed in the middle of each step, and nothing tells the password',
      async () => {
        const { estate, server } = present(bench);
        let client = await start();
        const { zoneid, vmId } = await setUp(client);
        let logons = 0;
        const killed = async (kill: Kill) => {
          logons += server.count(WAYS[api].logon);
          client = await killDuring(kill, client);
        };
        // Each way once is enough of what does not depend on the database.
        const isThorough = (engine === 'sqlite') === (api === 'vbr');
        const killedOnce = isThorough ? killed : ({ command, parameters }: Kill) => client.run(command, parameters);
        await protect(client, { zoneid, vmId });

        const looks = engine === 'sqlite' ? 0 : 2;
        const content = estate.contentOf(MACHINE);
        await killed({ command: 'createBackup', parameters: { virtualmachineid: vmId }, during: 'Job', looks });
        const backup = await only(client, 'listBackups', 'backup', { virtualmachineid: vmId });
        const [point, ...others] = estate.pointsOf(MACHINE);
        expect([backup.status, backup.externalid, others, sessions('Job')]).toEqual(['BackedUp', point?.id, [], 1]);

        estate.scribble(MACHINE);
        await client.run('stopVirtualMachine', { id: vmId });
        await killed({ command: 'restoreBackup', parameters: { id: String(backup.id) }, during: 'RestoreVm', looks });
        expect([estate.contentOf(MACHINE), sessions('RestoreVm')]).toEqual([content, 1]);
        expect(await only(client, 'listVirtualMachines', 'virtualmachine', { id: vmId })).toMatchObject({ state: 'Stopped' });

        await client.call('updateConfiguration', { name: 'backup.enable.attach.detach.of.volumes', value: 'true' });
        const before = await volumesOf(client, vmId);
        const [root] = before;
        const wish = { backupid: String(backup.id), volumeid: String(root?.id), virtualmachineid: vmId };
        const during = engine === 'sqlite' ? 'FirstClassDiskInstantRestore' : 'QuickMigration';
        await killedOnce({ command: 'restoreVolumeFromBackupAndAttachToVM', parameters: wish, during, looks });
        const after = await volumesOf(client, vmId);
        expect([after.length, ...after.map(({ state }) => state)]).toEqual([before.length + 1, ...after.map(() => 'Ready')]);
        expect(estate.firstClassDisks.map(({ bytes }) => bytes.toString('hex'))).toEqual([content.get(0)]);
        expect([sessions('FirstClassDiskInstantRestore'), sessions('QuickMigration')]).toEqual([1, 1]);

        const deletion = { command: 'deleteBackup', parameters: { id: String(backup.id) }, during: 'InfrastructureItemDeletion' } as const;
        await killedOnce({ ...deletion, looks: 2 });
        expect(sessions('InfrastructureItemDeletion')).toBe(1);
        expect([estate.pointsOf(MACHINE), estate.backups]).toEqual([[], []]);
        expect(await listed(client, 'listBackups', 'backup', { virtualmachineid: vmId })).toEqual([]);
        // One for each server that has run.
        expect([logons + server.count(WAYS[api].logon), starts]).toEqual([starts, isThorough ? 5 : 3]);
        // At Backup & Replication too, for those that had something to do there.
        const logonsAfter = [...logonsBefore.slice(1), present(bench).vbr.logons];
        const most = Math.max(...logonsAfter.map((after, index) => after - (logonsBefore[index] ?? 0)));
        expect(most).toBe(1);

        await client.call('updateConfiguration', { name: 'backup.plugin.veeam.password', value: `wrong-${USER.password}`, zoneid });
        const refusal = await client.call('listBackupPolicies', { external: 'true', zoneid }).catch((error: unknown) => error);
        expect(refusal).toBeInstanceOf(Error);
        await end('SIGTERM');
        const places = [...written, String(refusal), JSON.stringify(refusal), await everything(present(opened))];
        expect(places.filter((text) => SECRETS.some((secret) => text.includes(secret)))).toEqual([]);
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
        // Seen before anybody knows the volumes, and while the machine lacks one.
        await client.run('syncBackups', { zoneid });
        const data = (await volumesOf(client, vmId)).find(({ type }) => type === 'DATADISK');
        await client.run('detachVolume', { id: String(data?.id) });
        await protect(client, { zoneid, vmId });
        await client.run('syncBackups', { zoneid });
        const backup = await only(client, 'listBackups', 'backup', { virtualmachineid: vmId });
        await client.call('updateConfiguration', { name: 'backup.enable.attach.detach.of.volumes', value: 'true' });
        await client.run('attachVolume', { id: String(data?.id), virtualmachineid: vmId, deviceid: String(data?.deviceid) });
        await client.run('createBackup', { virtualmachineid: vmId });
        await client.run('syncBackups', { zoneid });
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
});
