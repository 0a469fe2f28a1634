import { install, present, temporaryFolder, type Installation } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { startProcess, type ServerProcess } from '../kit/process.js';
import { Random } from '../kit/random.js';
import type { Keys } from '../kit/server.js';
import type { TestClient } from '../kit/test-client.js';
import { asked, carriedOut, contradictions } from './accounts.js';
import { inDatabase } from './ledger.js';
import { Load, protectMachines } from './load.js';

const TEST_MS = 60_000;
/** A lease that nobody waits for: what is handed over is taken up at once. */
const ENV = { JOBS_LEASE_SECONDS: '600', SHUTDOWN_DRAIN_SECONDS: '2', SHUTDOWN_GRACE_SECONDS: '1' };
/** Longer than the grace: what runs is handed over. */
const WORK_MS = 1500;

let installation: Installation | undefined;
let servers: { server: ServerProcess; client: TestClient }[] = [];
beforeEach(async () => (installation = await install('mariadb')));
afterEach(async () => {
  await Promise.all(servers.map(({ server }) => server.kill('SIGKILL')));
  await installation?.drop();
});

async function start(keys?: Keys) {
  const server = await startProcess({ dataDir: temporaryFolder('node'), dbUrl: present(installation).dbUrl, env: ENV });
  return { server, client: await server.client(keys) };
}

/** As a load balancer chooses it. */
async function ready(random: Random): Promise<TestClient> {
  for (;;) {
    const { server, client } = random.pick(servers);
    const health = await fetch(new URL('/health/ready', server.endpoint)).catch(() => undefined);
    if (health?.ok) return client;
  }
}

/** Whether a backup or a restore is running on it. */
function isBusy({ log }: ServerProcess): boolean {
  const jobs = (what: string) => log.filter(({ message, command }) => message === what && /^(create|restore)Backup$/.test(String(command)));
  return jobs('job started').length > jobs('job finished').length;
}

test(
  'two servers that are restarted one after the other under load lose nothing and refuse nothing',
  async () => {
    const first = await start();
    const keys = await first.server.keys();
    servers = [first, await start(keys)];
    const machines = await protectMachines(first.client, 6);
    await first.client.call('updateConfiguration', { name: 'backup.plugin.dummy.delay.ms', value: String(WORK_MS) });

    const random = new Random(Date.now());
    const load = new Load(machines, () => ready(random), random);
    for (const place of [0, 1]) {
      const { server } = present(servers[place]);
      await eventually(async () => isBusy(server), Boolean);
      expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      servers[place] = await start(keys);
    }
    await load.end();

    expect(load.sentAgain).toBe(0);
    expect(load.done.filter(({ job }) => job.jobstatus !== 1)).toEqual([]);
    expect(await carriedOut(present(installation))).toEqual(asked(load.done));
    expect(await contradictions(present(installation), load.done)).toEqual([]);
    const crashed = await inDatabase(present(installation), (knex) => knex('async_job').where('crashes', '>', 0).select('uuid'));
    expect(crashed).toEqual([]);
    const handedOver = await inDatabase(present(installation), (knex) => knex('async_job').where('attempts', '>', 1).select('uuid'));
    expect(handedOver).not.toEqual([]);
  },
  TEST_MS,
);
