import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import mysql from 'mysql2/promise';

const READY_MS = 30_000;
const STARTS = 3;
// Debian keeps the server where an ordinary user's PATH does not look.
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin` };

/** Starts a private MariaDB in the folder, on a free port of 127.0.0.1; it ends when this process ends, however that comes about. */
export async function startMariadb(folder) {
  const version = installedVersion();
  mkdirSync(folder, { recursive: true });
  cpSync(template(version), join(folder, 'data'), { recursive: true });
  for (let start = 1; ; start++) {
    const server = await launch(folder);
    const fault = await whenReady(server);
    if (fault === undefined) return server;
    // Somebody else may have taken the port meanwhile.
    if (start === STARTS) throw new Error(`MariaDB ${version} did not start: ${fault}\n${readFileSync(join(folder, 'log'), 'utf8')}`);
  }
}

/** Ends a server that `startMariadb` has started. */
export async function stopMariadb({ process: child }) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  // It was not waited for until now: without this, Node would end here, and with it the run, as if every test had passed.
  child.ref();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

function installedVersion() {
  try {
    execFileSync('setpriv', ['--version'], { env });
    return /Ver (\S+)/.exec(execFileSync('mariadbd', ['--version'], { env, encoding: 'utf8' }))[1];
  } catch (cause) {
    throw new Error(
      'The tests run on both engines and need MariaDB, which is not installed here (mariadbd, setpriv). Run: bash scripts/setup-tests.sh',
      { cause },
    );
  }
}

/** A data folder that has never been used: made once per machine and user, because that takes longer than all else here. */
function template(version) {
  const user = userInfo().username;
  const ready = join(tmpdir(), `stackvault-test-template-${user}-${version}`);
  if (existsSync(ready)) return ready;
  const made = mkdtempSync(`${ready}.`);
  const options = [
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--skip-name-resolve',
    `--user=${user}`,
    `--datadir=${made}`,
  ];
  execFileSync('mariadb-install-db', ['--no-defaults', ...options], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    renameSync(made, ready);
  } catch (error) {
    rmSync(made, { recursive: true });
    if (!existsSync(ready)) throw error;
  }
  return ready;
}

async function launch(folder) {
  const port = await freePort();
  const socket = join(folder, 'socket');
  const log = openSync(join(folder, 'log'), 'a');
  const places = [
    `--datadir=${join(folder, 'data')}`,
    `--socket=${socket}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--pid-file=${join(folder, 'pid')}`,
    // A server that starts deletes what another one keeps in a folder that they share.
    `--tmpdir=${folder}`,
  ];
  const manners = [
    '--skip-name-resolve',
    '--skip-log-bin',
    '--performance-schema=OFF',
    '--max-connections=300',
    '--character-set-server=utf8mb4',
  ];
  const innodb = [
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-doublewrite=0',
    '--innodb-stats-persistent=OFF',
    '--innodb-buffer-pool-size=64M',
    '--innodb-log-file-size=16M',
  ];
  const server = ['mariadbd', '--no-defaults', `--user=${userInfo().username}`, ...places, ...manners, ...innodb];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...server], { env, stdio: ['ignore', log, log] });
  child.unref();
  return { process: child, socket, port };
}

/** Waits until the server answers and has the tests' user; answers why it does not. */
async function whenReady({ process: child, socket }) {
  const until = Date.now() + READY_MS;
  for (;;) {
    try {
      const root = await mysql.createConnection({ socketPath: socket, user: 'root' });
      for (const host of ['127.0.0.1', 'localhost']) {
        await root.query(`create user if not exists 'test'@'${host}' identified by 'test'`);
        await root.query(`grant all on *.* to 'test'@'${host}'`);
      }
      await root.end();
      return undefined;
    } catch (error) {
      if (child.exitCode !== null || child.signalCode !== null) return 'it ended at once';
      if (Date.now() > until) return error.message;
      await pause(10);
    }
  }
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
