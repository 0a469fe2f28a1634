import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { noteOpened } from './leaks.js';

const PROVIDER = '/usr/lib/galera/libgalera_smm.so';
const READY_MS = 60_000;
/** A node that is silent for a second is suspected, and counts no more after three. */
const IMPATIENT =
  'evs.suspect_timeout=PT1S;evs.inactive_timeout=PT3S;evs.inactive_check_period=PT0.2S;evs.keepalive_period=PT0.2S;evs.install_timeout=PT3S';
// Debian keeps the server where an ordinary user's PATH does not look.
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin` };
// As root, what copies a new node's data gives its rights up, and cannot write them then.
const user = userInfo().uid === 0 ? 'mysql' : userInfo().username;
const asUser = userInfo().uid === 0 ? ['--reuid=mysql', '--regid=mysql', '--init-groups'] : [];

interface Ports {
  readonly sql: number;
  readonly group: number;
  readonly ist: number;
  readonly sst: number;
}

/** One database server of the cluster. */
class Node {
  private process: ChildProcess | undefined;

  constructor(
    private readonly folder: string,
    readonly ports: Ports,
    private readonly group: readonly number[],
  ) {}

  /** Starts it and waits until it has what the others have; the first one begins the cluster. */
  async start(isFirst: boolean): Promise<void> {
    const log = openSync(join(this.folder, 'log'), 'a');
    const args = [
      '--pdeathsig',
      'KILL',
      ...asUser,
      'mariadbd',
      '--no-defaults',
      ...this.options(),
      ...(isFirst ? ['--wsrep-new-cluster'] : []),
    ];
    const child = spawn('setpriv', args, { env, stdio: ['ignore', log, log] });
    this.process = child;
    const until = Date.now() + READY_MS;
    while (!(await this.isSynced())) {
      if (child.exitCode !== null || Date.now() > until)
        throw new Error(`the node did not join:\n${readFileSync(join(this.folder, 'log'), 'utf8')}`);
      await pause(50);
    }
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill(signal);
    await once(child, 'close');
  }

  /** Runs statements as the database's root. */
  async asRoot<T>(work: (root: mysql.Connection) => Promise<T>): Promise<T> {
    const root = await mysql.createConnection({ socketPath: join(this.folder, 'socket'), user: 'root' });
    return work(root).finally(() => root.end());
  }

  private async isSynced(): Promise<boolean> {
    try {
      const [[row]] = (await this.asRoot((root) => root.query("show status like 'wsrep_local_state_comment'"))) as unknown as [
        [{ Value?: string }],
      ];
      return row.Value === 'Synced';
    } catch {
      return false;
    }
  }

  private options(): string[] {
    const { sql, group, ist, sst } = this.ports;
    const own = `gmcast.listen_addr=tcp://127.0.0.1:${group};ist.recv_addr=127.0.0.1:${ist};ist.recv_bind=127.0.0.1:${ist};gcache.size=32M`;
    return [
      ...[`--datadir=${join(this.folder, 'data')}`, `--socket=${join(this.folder, 'socket')}`, `--pid-file=${join(this.folder, 'pid')}`],
      `--tmpdir=${this.folder}`,
      ...[`--port=${sql}`, '--bind-address=127.0.0.1', '--skip-name-resolve', '--performance-schema=OFF', '--character-set-server=utf8mb4'],
      ...['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0', '--innodb-buffer-pool-size=64M', '--innodb-log-file-size=16M'],
      ...['--innodb-autoinc-lock-mode=2', '--binlog-format=ROW', '--wsrep-on=ON', `--wsrep-provider=${PROVIDER}`],
      ...['--wsrep-cluster-name=test', `--wsrep-node-address=127.0.0.1:${group}`, '--wsrep-sst-method=rsync'],
      // Otherwise it hides most of what it is here for.
      '--wsrep-retry-autocommit=0',
      `--wsrep-cluster-address=gcomm://${this.group.map((port) => `127.0.0.1:${port}`).join(',')}`,
      `--wsrep-sst-receive-address=127.0.0.1:${sst}`,
      `--wsrep-provider-options=${own};${IMPATIENT}`,
    ];
  }
}

/** A Galera cluster on this machine. */
export class GaleraCluster {
  private constructor(
    private readonly folder: string,
    readonly nodes: readonly Node[],
    private readonly closed: () => void,
  ) {}

  /** Forms a cluster of so many nodes, which ends with the tests if they die. */
  static async form(size: number): Promise<GaleraCluster> {
    // Beside the folder of the run, which its user alone can read; named so that it is swept with that.
    const folder = mkdtempSync(`${process.env.TEST_RUN_FOLDER}-galera-`);
    chmodSync(folder, 0o755);
    const template = join(folder, 'template');
    const options = [
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
      `--user=${user}`,
      `--datadir=${template}`,
    ];
    execFileSync('mariadb-install-db', ['--no-defaults', ...options], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const ports = await freePorts(size);
    const group = ports.map((node) => node.group);
    const nodes = ports.map((own, number) => {
      const place = join(folder, `node-${number}`);
      mkdirSync(place);
      cpSync(template, join(place, 'data'), { recursive: true });
      if (asUser.length > 0) execFileSync('chown', ['-R', 'mysql:mysql', place]);
      return new Node(place, own, group);
    });
    const cluster = new GaleraCluster(folder, nodes, noteOpened('a Galera cluster'));
    for (const [number, node] of nodes.entries()) await node.start(number === 0);
    await nodes[0]?.asRoot(async (root) => {
      await root.query("create user 'test'@'127.0.0.1' identified by 'test'");
      await root.query("grant all on *.* to 'test'@'127.0.0.1'");
    });
    return cluster;
  }

  /** The address of a database, its nodes in the order of these numbers. */
  url(database: string, ...numbers: readonly number[]): string {
    const servers = numbers.map((number) => `127.0.0.1:${this.nodes[number]?.ports.sql}`);
    return `mysql://test:test@${servers.join(',')}/${database}`;
  }

  async end(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill('SIGKILL')));
    rmSync(this.folder, { recursive: true });
    this.closed();
  }
}

/** Free ports of 127.0.0.1 for each node. */
async function freePorts(nodes: number): Promise<Ports[]> {
  const probes: Server[] = [];
  const free = async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    probes.push(probe);
    await once(probe, 'listening');
    return (probe.address() as AddressInfo).port;
  };
  const ports: Ports[] = [];
  for (let node = 0; node < nodes; node++) ports.push({ sql: await free(), group: await free(), ist: await free(), sst: await free() });
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return ports;
}
