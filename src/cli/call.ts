import { parseArgs } from 'node:util';
import { ApiClient, type Answer } from '../client/api-client.js';
import { callerCredentials } from './credentials.js';
import { pairsOf } from './pairs.js';
import { fieldOf, formatAnswer } from './table.js';

const OPTIONS = { json: { type: 'boolean' }, field: { type: 'string' } } as const;

/** `stackvault call <command> [key=value …] [--json | --field name]`: signs and sends a command, follows its job, prints the answer. */
export async function callCommand(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  const [command, ...pairs] = positionals;
  if (command === undefined) throw new Error('which command? For example: stackvault call listZones');
  const client = new ApiClient(await callerCredentials());
  const progress = progressLine();
  const answer = await client.run(command, pairsOf(pairs), progress.show).finally(progress.end);
  process.stdout.write(`${format(answer, values)}\n`);
}

function format(answer: Answer, { json, field }: { json?: boolean; field?: string }): string {
  if (json) return JSON.stringify(answer, undefined, 2);
  return field === undefined ? formatAnswer(answer) : fieldOf(answer, field);
}

/** One line on the error output that says how long a job has run and how far it has come. */
function progressLine() {
  const started = Date.now();
  let isShown = false;
  return {
    show: (percent: number | undefined): void => {
      isShown = true;
      const seconds = Math.round((Date.now() - started) / 1000);
      process.stderr.write(`\rrunning, ${seconds} s${percent === undefined ? '' : `, ${percent} %`}   `);
    },
    end: (): void => {
      if (isShown) process.stderr.write('\r\x1b[K');
    },
  };
}
