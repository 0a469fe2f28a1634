import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** How a program ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in the project's folder, with this environment and the PATH; it is killed with the tests if they die. */
export async function run(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', file, ...args], {
    cwd: PROJECT,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (text: string) => (written[name] += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...written };
}

/** Runs `stackvault <args>` as built, to its end. */
export const stackvault = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  run(process.execPath, ['bin/stackvault.js', ...args], env);
