import { setTimeout as pause } from 'node:timers/promises';
import { install, present, temporaryFolder, type Installation } from '../kit/engines.js';
import { startProcess, type ServerProcess } from '../kit/process.js';
import { Random } from '../kit/random.js';
import type { Keys } from '../kit/server.js';
import type { TestClient } from '../kit/test-client.js';
import { asked, carriedOut, contradictions } from './accounts.js';
import { inDatabase } from './ledger.js';
import { Load, protectMachines } from './load.js';

/** `scripts/kill-under-load.sh` sets both as it is told. */
const KILLS = Number(process.env.KILLS ?? '100');
const SEED = Number(process.env.SEED ?? String(Date.now() % 2 ** 31));

const MACHINES = 6;
const WORK_MS = 150;
const LONGEST_LIFE_MS = 300;

/** A server that is started again whenever it is killed. */
class Phoenix {
  client: TestClient | undefined;
  private server: ServerProcess | undefined;

  constructor(
    private readonly dbUrl: string,
    private readonly dataDir = temporaryFolder('node'),
  ) {}

  async start(keys?: Keys): Promise<Keys> {
    this.server = await startProcess({ dataDir: this.dataDir, dbUrl: this.dbUrl, env: { JOBS_LEASE_SECONDS: '1' } });
    const own = keys ?? (await this.server.keys());
    this.client = await this.server.client(own);
    return own;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.client = undefined;
    await this.server?.kill(signal);
  }
}

let installation: Installation | undefined;
let nodes: Phoenix[] = [];
beforeEach(async () => (installation = await install('mariadb')));
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.kill('SIGTERM')));
  await installation?.drop();
});

test(
  `of two servers, one is killed ${KILLS} times at random points (SEED=${SEED}): nothing is lost, nothing happens twice`,
  async () => {
    const random = new Random(SEED);
    const { dbUrl } = present(installation);
    nodes = [new Phoenix(dbUrl), new Phoenix(dbUrl)];
    const keys = await present(nodes[0]).start();
    await present(nodes[1]).start(keys);
    const admin = present(present(nodes[0]).client);
    const machines = await protectMachines(admin, MACHINES);
    await admin.call('updateConfiguration', { name: 'backup.plugin.dummy.delay.ms', value: String(WORK_MS) });

    const load = new Load(machines, async () => random.pick(nodes.flatMap(({ client }) => client ?? [])), random);
    for (let kill = 0; kill < KILLS; kill++) {
      await pause(random.next() * LONGEST_LIFE_MS);
      const victim = random.pick(nodes);
      await victim.kill('SIGKILL');
      await victim.start(keys);
    }
    await load.end();

    const cutOff = await inDatabase(present(installation), (knex) => knex('async_job').where('crashes', '>', 0).count({ jobs: '*' }));
    console.info(`${KILLS} kills, SEED=${SEED}: ${JSON.stringify({ ...asked(load.done), cutOff: cutOff[0]?.jobs })}`);
    expect(load.done.filter(({ job }) => job.jobstatus !== 1)).toEqual([]);
    expect(await carriedOut(present(installation))).toEqual(asked(load.done));
    expect(await contradictions(present(installation), load.done)).toEqual([]);
  },
  60_000 + KILLS * 10_000,
);
