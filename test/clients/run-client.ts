import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestServer } from '../kit/server.js';

/** What a client script has printed: its failed checks, and its last line. */
export interface ClientReport {
  readonly failures: readonly string[];
  readonly sum: string;
}

/** Runs a client script against the server, as its administrator. */
export async function runClient(script: string, { endpoint, firstAdmin }: TestServer): Promise<ClientReport> {
  const keys = { CS_ENDPOINT: endpoint, CS_KEY: firstAdmin.apiKey, CS_SECRET: firstAdmin.secretKey };
  const env = { PATH: process.env.PATH, LANG: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1', ...keys };
  // Not the interpreter of the PATH: Debian's clients belong to Debian's Python.
  const interpreter = script.endsWith('.py') ? '/usr/bin/python3' : 'bash';
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', interpreter, script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
  await once(child, 'close');
  const lines = Buffer.concat(chunks).toString('utf8').trimEnd().split('\n');
  return { failures: lines.filter((line) => !line.startsWith('PASS ')).slice(0, -1), sum: lines.at(-1) ?? '' };
}
