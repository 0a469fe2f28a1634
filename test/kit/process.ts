import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from './engines.js';
import { noteOpened } from './leaks.js';
import type { Keys } from './server.js';
import { TestClient } from './test-client.js';

const PROGRAM = fileURLToPath(new URL('../../bin/stackvault.js', import.meta.url));
const START_MS = 20_000;

export interface ProcessOptions {
  /** The folder of an earlier process, to go on where that one ended; without it, a new one. */
  readonly dataDir?: string;
  /** Without it, the embedded database in the folder. */
  readonly dbUrl?: string;
  /** More of the environment, such as `{ JOBS_LEASE_SECONDS: '2' }`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<ServerProcess>();
afterAll(async () => {
  await Promise.all([...running].map((server) => server.kill('SIGKILL')));
});

/** The built server in a process of its own. */
export class ServerProcess {
  /** How it ended; pending while it runs. */
  readonly exited: Promise<Exit>;
  private output = '';
  private url: string | undefined;

  constructor(
    private readonly child: ChildProcess,
    private readonly env: NodeJS.ProcessEnv,
    readonly dataDir: string,
  ) {
    const ended = noteOpened(`the server process ${child.pid}`);
    running.add(this);
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    // 'close', not 'exit': by then everything that it wrote has been read.
    this.exited = once(child, 'close').then((exit) => {
      running.delete(this);
      ended();
      const [code, signal] = exit as [number | null, NodeJS.Signals | null];
      return { code, signal };
    });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the process could not be started');
    return this.child.pid;
  }

  /** Where the API is. */
  get endpoint(): string {
    if (this.url === undefined) throw new Error('the server has not started');
    return this.url;
  }

  /** Everything that it has written to its standard and error output. */
  get text(): string {
    return this.output;
  }

  /** The lines of its log. */
  get log(): Readonly<Record<string, unknown>>[] {
    const lines = this.output.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Waits until it listens; rejects with what it wrote if it ends before that. */
  async started(): Promise<this> {
    const late = AbortSignal.timeout(START_MS);
    while (this.url === undefined) {
      const line = this.log.find(({ message }) => message === 'server started');
      this.url = line?.endpoint as string | undefined;
      if (this.url !== undefined) break;
      if (!running.has(this)) throw new Error(`the server ended before it listened:\n${this.output}`);
      if (late.aborted) throw new Error(`the server did not listen within ${START_MS / 1000} s:\n${this.output}`);
      await Promise.race([once(this.child.stdout ?? this.child, 'data', { signal: late }).catch(() => undefined), this.exited]);
    }
    return this;
  }

  /** Sends the signal and waits for the end. */
  async kill(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.child.kill(signal);
    return this.exited;
  }

  /** Runs another command of the program with the same settings; answers its standard output. */
  async command(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], { env: this.env });
    return stdout;
  }

  /** The administrator's keys, as `stackvault keys --json` shows them. */
  async keys(): Promise<Keys> {
    const { apikey, secretkey } = JSON.parse(await this.command('keys', '--json')) as Keys;
    return { apikey, secretkey };
  }

  /** Calls with the keys, or as the administrator. */
  async client(keys?: Keys): Promise<TestClient> {
    return new TestClient({ endpoint: this.endpoint, ...(keys ?? (await this.keys())) });
  }
}

/** Runs `stackvault serve` and waits until it listens. It is killed at the end of the test file if it still runs, and with the tests if they die. */
export function startProcess(options: ProcessOptions = {}): Promise<ServerProcess> {
  return spawnProcess(options).started();
}

/** As `startProcess`, but does not wait. */
export function spawnProcess({ dataDir = temporaryFolder('data'), dbUrl = '', env = {} }: ProcessOptions = {}): ServerProcess {
  const all = { PATH: process.env.PATH, HTTP_PORT: '0', JOBS_LEASE_SECONDS: '3', DATA_DIR: dataDir, DB_URL: dbUrl, ...env };
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, PROGRAM, 'serve'], {
    env: all,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new ServerProcess(child, all, dataDir);
}
