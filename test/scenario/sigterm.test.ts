import { setTimeout as pause } from 'node:timers/promises';
import { forEachEngine, install, present, type Installation } from '../kit/engines.js';
import { startProcess, type ServerProcess } from '../kit/process.js';
import { listed, only } from '../kit/scene.js';
import { heldBackups, inDatabase, jobRow } from './ledger.js';
import { guard, slowDown, submit, underWay, type Guarded } from './sandbox.js';

const TEST_MS = 60_000;
const LONG_MS = 3500;

forEachEngine((engine) => {
  let opened: Installation | undefined;
  beforeEach(async () => (opened = await install(engine)));
  afterEach(async () => opened?.drop());

  const start = (graceSeconds: number): Promise<ServerProcess> => {
    const { dataDir, dbUrl } = present(opened);
    // A lease that nobody waits for: what is handed over is taken up at once.
    return startProcess({ dataDir, dbUrl, env: { SHUTDOWN_GRACE_SECONDS: String(graceSeconds), JOBS_LEASE_SECONDS: '600' } });
  };

  /** A server in the middle of taking a backup. */
  async function busy(graceSeconds: number, workMs: number): Promise<{ server: ServerProcess; jobId: string; guarded: Guarded }> {
    const server = await start(graceSeconds);
    const client = await server.client();
    const guarded = await guard(client);
    await slowDown(client, guarded, workMs);
    const jobId = await submit(client, 'createBackup', { virtualmachineid: guarded.machineId });
    await underWay(client, jobId);
    return { server, jobId, guarded };
  }

  test.each(['SIGTERM', 'SIGINT'] as const)('an idle server ends at once on %s, says so, and exits with 0', async (signal) => {
    const server = await start(60);
    expect(await server.kill(signal)).toEqual({ code: 0, signal: null });
    expect(server.log.map(({ message }) => message).slice(-2)).toEqual(['server stopping', 'server stopped']);
    expect(server.log).toContainEqual(expect.objectContaining({ message: 'server stopping', signal }));
  });

  test('a job that ends within the grace is finished before the server exits', async () => {
    const { server, jobId } = await busy(60, 1500);
    expect(await server.kill()).toEqual({ code: 0, signal: null });
    expect(await jobRow(present(opened), jobId)).toEqual({ status: 1, attempts: 1 });
    expect(server.text).not.toContain('jobs handed over');
  });

  test(
    'a job that takes longer is handed over, and the next server finishes it',
    async () => {
      const { server, jobId, guarded } = await busy(1, LONG_MS);
      expect(await server.kill()).toEqual({ code: 0, signal: null });
      expect(server.log).toContainEqual(expect.objectContaining({ message: 'jobs handed over', jobs: 1 }));
      expect(await jobRow(present(opened), jobId)).toEqual({ status: 0, attempts: 1 });

      const next = await start(60);
      const client = await next.client();
      expect(await client.ended(jobId)).toMatchObject({ jobstatus: 1, jobresult: { success: true } });
      expect(await listed(client, 'listBackups', 'backup', { virtualmachineid: guarded.machineId })).toMatchObject([
        { status: 'BackedUp' },
      ]);
      expect(await heldBackups(present(opened))).toHaveLength(1);
      expect(await jobRow(present(opened), jobId)).toEqual({ status: 1, attempts: 2 });
      await next.kill();
    },
    TEST_MS,
  );

  test('a server that is leaving takes no connections', async () => {
    const { server, jobId } = await busy(60, LONG_MS);
    const exited = server.kill();
    while (!server.text.includes('server stopping')) await pause(10);
    await expect(fetch(server.endpoint)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    expect(await exited).toEqual({ code: 0, signal: null });
    expect(await jobRow(present(opened), jobId)).toEqual({ status: 1, attempts: 1 });
  });

  test('a server that is leaving says so before it goes, and answers until then', async () => {
    const { dataDir, dbUrl } = present(opened);
    const server = await startProcess({ dataDir, dbUrl, env: { SHUTDOWN_DRAIN_SECONDS: '2' } });
    const client = await server.client();
    const ready = async () => (await fetch(new URL('/health/ready', server.endpoint))).status;
    expect(await ready()).toBe(200);
    const exited = server.kill();
    while (!server.text.includes('server stopping')) await pause(10);
    expect(await ready()).toBe(503);
    const { id } = await only(client, 'listVirtualMachines', 'virtualmachine', { name: 'files-1' });
    const jobId = await submit(client, 'startVirtualMachine', { id: String(id) });
    expect(await exited).toEqual({ code: 0, signal: null });
    // What it was asked for last is the next server's.
    expect(await jobRow(present(opened), jobId)).toEqual({ status: 0, attempts: 0 });
  });

  test('a second signal does not hurry a server that is leaving', async () => {
    const { server, jobId } = await busy(60, 1500);
    void server.kill();
    while (!server.text.includes('server stopping')) await pause(10);
    expect(await server.kill()).toEqual({ code: 0, signal: null });
    expect(await jobRow(present(opened), jobId)).toEqual({ status: 1, attempts: 1 });
  });
});

test('a server whose database has gone ends all the same, without a stack on its output', async () => {
  const installation = await install('mariadb');
  const server = await startProcess({ dataDir: installation.dataDir, dbUrl: installation.dbUrl });
  await inDatabase(installation, (knex) => knex.raw('drop table async_job'));
  expect(await server.kill()).toEqual({ code: 0, signal: null });
  expect(server.log.map(({ message }) => message)).toEqual(expect.arrayContaining(['jobs not given up', 'server stopped']));
  expect(server.text).not.toMatch(/^ +at /m);
  await installation.drop();
});
