import { install, present, temporaryFolder, type Installation } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { startProcess, type ServerProcess } from '../kit/process.js';
import { each, listed, only } from '../kit/scene.js';
import { tableDigests } from '../kit/table-digests.js';
import type { TestClient } from '../kit/test-client.js';
import { heldBackups, inDatabase, jobRow, operationsBegun } from './ledger.js';
import { protectMachines } from './load.js';
import { submit, underWay } from './sandbox.js';

const TEST_MS = 60_000;
const WORK_MS = 3000;
/** What servers write without being asked. */
const OWN_ACCORD = new Set(['cache_change', 'lease']);

let installation: Installation | undefined;
const servers: ServerProcess[] = [];
beforeEach(async () => (installation = await install('mariadb')));
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.kill('SIGKILL')));
  await installation?.drop();
});

async function start(): Promise<ServerProcess> {
  const { dbUrl } = present(installation);
  const server = await startProcess({ dataDir: temporaryFolder('node'), dbUrl, env: { JOBS_LEASE_SECONDS: '1' } });
  servers.push(server);
  return server;
}

/** Machines of which each has a backup, and from now on every backup and restore takes long. */
async function machinesWithBackups(client: TestClient, count: number): Promise<{ machines: string[]; backups: string[] }> {
  const machines = await protectMachines(client, count);
  for (const virtualmachineid of machines) await client.run('createBackup', { virtualmachineid });
  const backups = await Promise.all(
    machines.map(async (virtualmachineid) => String((await only(client, 'listBackups', 'backup', { virtualmachineid })).id)),
  );
  await client.call('updateConfiguration', { name: 'backup.plugin.dummy.delay.ms', value: String(WORK_MS) });
  return { machines, backups };
}

const digests = () => inDatabase(present(installation), (knex) => tableDigests(knex, OWN_ACCORD));

const lostLeases = ({ log }: ServerProcess): number => log.filter(({ message }) => message === 'job lease lost').length;

test(
  'a server that slept over its lease changes nothing when it wakes: what it was doing is the other server’s',
  async () => {
    const asleep = await start();
    const {
      machines: [backedUp = '', restored = ''],
      backups: [, backup = ''],
    } = await machinesWithBackups(await asleep.client(), 2);
    const client = await asleep.client();
    const jobs = [
      await submit(client, 'createBackup', { virtualmachineid: backedUp }),
      await submit(client, 'restoreBackup', { id: backup }),
    ];
    for (const job of jobs) await underWay(client, job);
    process.kill(asleep.pid, 'SIGSTOP');

    const awake = await start();
    const other = await awake.client(await asleep.keys());
    for (const job of jobs) expect(await other.ended(job)).toMatchObject({ jobstatus: 1, jobresult: { success: true } });
    // The world goes on: what the sleeper knows of it is no longer true.
    await other.run('startVirtualMachine', { id: restored });
    const [taken] = (await listed(other, 'listBackups', 'backup', { virtualmachineid: backedUp })).slice(-1);
    await other.run('deleteBackup', { id: String(taken?.id) });
    const before = await digests();

    process.kill(asleep.pid, 'SIGCONT');
    await eventually(
      async () => lostLeases(asleep),
      (lost) => lost === 2,
    );
    expect(await client.call('listVirtualMachines', { id: restored })).toMatchObject({ virtualmachine: [{ state: 'Running' }] });
    expect(await asleep.kill('SIGTERM')).toEqual({ code: 0, signal: null });

    expect(await digests()).toEqual(before);
    for (const job of jobs) expect(await jobRow(present(installation), job)).toEqual({ status: 1, attempts: 2 });
    expect(asleep.log.filter(({ message }) => message === 'job finished')).toHaveLength(
      present(asleep.log.filter(({ message, attempt }) => message === 'job started' && attempt === 1)).length - 2,
    );
    expect(await operationsBegun(present(installation), 'takeBackup')).toBe(3);
    expect(await operationsBegun(present(installation), 'restoreMachine')).toBe(1);
    expect((await heldBackups(present(installation))).filter(({ restores }) => restores > 0)).toMatchObject([{ restores: 1 }]);
  },
  TEST_MS,
);

test(
  'jobs end when all servers have slept over their leases, each once',
  async () => {
    const both = [await start(), await start()];
    const client = await present(both[0]).client();
    const { machines, backups } = await machinesWithBackups(client, 4);
    const restores = backups.slice(0, 2).map((id) => submit(client, 'restoreBackup', { id }));
    const takings = machines.slice(2).map((virtualmachineid) => submit(client, 'createBackup', { virtualmachineid }));
    const jobs = await Promise.all([...restores, ...takings]);
    for (const job of jobs) await underWay(client, job);

    for (const { pid } of both) process.kill(pid, 'SIGSTOP');
    await inDatabase(present(installation), (knex) =>
      eventually(
        () => knex('async_job').where({ status: 0 }).where('leaseUntil', '>', new Date()).first(),
        (held) => held === undefined,
      ),
    );
    for (const { pid } of both) process.kill(pid, 'SIGCONT');

    for (const job of jobs) expect(await client.ended(job)).toMatchObject({ jobstatus: 1, jobresult: { success: true } });
    expect(await operationsBegun(present(installation), 'takeBackup')).toBe(6);
    expect(await operationsBegun(present(installation), 'restoreMachine')).toBe(2);
    const held = await heldBackups(present(installation));
    expect([held.length, held.reduce((sum, { restores: times }) => sum + times, 0)]).toEqual([6, 2]);
    expect(each(await listed(client, 'listVirtualMachines', 'virtualmachine', { state: 'Restoring' }), 'id')).toEqual([]);
  },
  TEST_MS,
);
