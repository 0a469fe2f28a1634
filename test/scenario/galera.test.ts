import { randomUUID } from 'node:crypto';
import { migrate } from '../../db/migrate.js';
import { connect } from '../../src/dao/connect.js';
import type { JobView } from '../../src/dao/job-dao.js';
import { Database, type Daos } from '../../src/dao/database.js';
import { CREATED, insertJob, insertZone } from '../kit/builders.js';
import { present, temporaryFolder } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { GaleraCluster } from '../kit/galera.js';
import { startProcess, type ServerProcess } from '../kit/process.js';
import { Random } from '../kit/random.js';
import { asked, carriedOut, contradictions } from './accounts.js';
import { Load, protectMachines } from './load.js';

const TEST_MS = 90_000;
const SEED = Number(process.env.SEED ?? String(Date.now() % 2 ** 31));
const ROUNDS = 25;
/** What a node calls it when another one was faster. */
const DEADLOCK = 1213;

let formed: GaleraCluster | undefined;
beforeAll(async () => {
  formed = await GaleraCluster.form(3);
}, TEST_MS);
afterAll(() => formed?.end());
const cluster = () => present(formed);

describe('two nodes of a Galera cluster', () => {
  let one: Database;
  let other: Database;
  beforeAll(async () => {
    await cluster().nodes[0]?.asRoot((root) => root.query('create database pair'));
    [one, other] = [0, 1].map((number) => new Database(connect({ url: cluster().url('pair', number) }))) as [Database, Database];
    await migrate(one.knex);
  }, TEST_MS);
  afterAll(() => Promise.all([one, other].map(({ knex }) => knex.destroy())));

  /** How often a statement or a transaction lost against one of another node. */
  async function lost(): Promise<number> {
    const status = await Promise.all(
      cluster().nodes.map((node) =>
        node.asRoot((root) => root.query("show status where variable_name in ('wsrep_local_cert_failures', 'wsrep_local_bf_aborts')")),
      ),
    );
    const rows = status.flatMap((answer) => (answer as unknown as [{ Value: string }[]])[0]);
    return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
  }

  test('know at once what has been committed on the other, and count on from there', async () => {
    let last = 0;
    for (let round = 0; round < 20; round++) {
      const [here, there] = round % 2 === 0 ? [one, other] : [other, one];
      const { id } = await insertZone(here.daos);
      expect(await there.daos.zones.listAll()).toContainEqual(expect.objectContaining({ id }));
      expect(id).toBeGreaterThan(last);
      last = id;
    }
  });

  /** Counts as far in the same row from both nodes, and answers how far that came. */
  async function countTogether(key: string, count: (db: Database, key: string) => Promise<boolean>): Promise<number> {
    await one.daos.pluginStore.insert('counter', key, '0');
    const counting = [one, one, other, other].map(async (db) => {
      for (let counted = 0; counted < ROUNDS;) if (await count(db, key)) counted++;
    });
    await Promise.all(counting);
    return (await one.daos.pluginStore.find('counter', key))?.version ?? 0;
  }

  /** Counts on, unless somebody else does so at the same time. */
  async function countOn({ pluginStore }: Daos, key: string): Promise<boolean> {
    const { version = 0 } = (await pluginStore.find('counter', key)) ?? {};
    return pluginStore.update('counter', key, '0', version);
  }

  test.each([
    ['transaction', (db: Database, key: string) => db.transaction((daos) => countOn(daos, key))],
    ['statement outside transactions', (db: Database, key: string) => countOn(db.daos, key)],
  ])('repeat each %s that has lost against one of the other, so that all happen, once', async (what, count) => {
    const before = await lost();
    expect(await countTogether(what, count)).toBe(1 + 4 * ROUNDS);
    expect(await lost()).toBeGreaterThan(before);
  });

  test('repeat, of two transactions that are open at the same time, the one that would commit later', async () => {
    await one.daos.pluginStore.insert('counter', 'open', '0');
    const errors: unknown[] = [];
    const note = ({ errno }: { errno?: number }) => errors.push(errno);
    one.knex.on('query-error', note);
    let attempts = 0;
    const counted: boolean[] = [];
    await one.transaction(async (daos) => {
      attempts += 1;
      counted.push(await countOn(daos, 'open'));
      // The row is locked here, which the other node does not know.
      if (attempts === 1) counted.push(await other.transaction((elsewhere) => countOn(elsewhere, 'open')));
    });
    one.knex.removeListener('query-error', note);
    expect({ attempts, counted, errors }).toEqual({ attempts: 2, counted: [true, true, true], errors: [DEADLOCK] });
    expect((await other.daos.pluginStore.find('counter', 'open'))?.version).toBe(3);
  });

  test('let one of them claim a job', async () => {
    const waiting: JobView[] = [];
    for (let number = 0; number < ROUNDS; number++) waiting.push(await insertJob(one.daos));
    const claims = [one, other].flatMap(({ daos: { jobs } }) => waiting.map((job) => jobs.claim(job, randomUUID(), CREATED)));
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(ROUNDS);
  });
});

test(
  `servers on a cluster that loses a database node under load lose nothing and do nothing twice (SEED=${SEED})`,
  async () => {
    await cluster().nodes[0]?.asRoot((root) => root.query('create database served'));
    const servers: ServerProcess[] = [];
    try {
      for (const order of [
        [0, 1, 2],
        [1, 2, 0],
      ]) {
        const env = { JOBS_LEASE_SECONDS: '1' };
        servers.push(await startProcess({ dataDir: temporaryFolder('node'), dbUrl: cluster().url('served', ...order), env }));
      }
      const keys = await present(servers[0]).keys();
      const clients = await Promise.all(servers.map((server) => server.client(keys)));
      const admin = present(clients[0]);
      const machines = await protectMachines(admin, 6);
      await admin.call('updateConfiguration', { name: 'backup.plugin.dummy.delay.ms', value: '150' });

      const random = new Random(SEED);
      const load = new Load(machines, async () => random.pick(clients), random);
      const more = (count: number) => {
        const goal = load.done.length + count;
        return eventually(
          async () => load.done.length,
          (done) => done >= goal,
        );
      };
      await more(20);
      await cluster().nodes[0]?.kill('SIGKILL');
      await more(40);
      await load.end();

      console.info(`longest wait: ${Math.round(load.longestWaitMs)} ms, ${JSON.stringify(asked(load.done))}`);
      expect(load.done.filter(({ job }) => job.jobstatus !== 1)).toEqual([]);
      const left = { connect: () => connect({ url: cluster().url('served', 1) }) };
      expect(await carriedOut(left)).toEqual(asked(load.done));
      expect(await contradictions(left, load.done)).toEqual([]);
    } finally {
      await Promise.all(servers.map((server) => server.kill('SIGKILL')));
    }
  },
  TEST_MS,
);
