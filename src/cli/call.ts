import { parseArgs } from 'node:util';
import { ApiClient, type Answer, type Credentials } from '../client/api-client.js';
import { adminCredentials } from './keys.js';
import { installedSettings } from './settings.js';
import { fieldOf, formatAnswer } from './table.js';

const OPTIONS = { json: { type: 'boolean' }, field: { type: 'string' } } as const;

/** `stackvault call <command> [key=value …] [--json | --field name]`: signs and sends a command, follows its job, prints the answer. */
export async function callCommand(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  const [command, ...pairs] = positionals;
  if (command === undefined) throw new Error('which command? For example: stackvault call listZones');
  const client = new ApiClient(await credentials());
  const progress = progressLine();
  const answer = await client.run(command, parametersOf(pairs), progress.show).finally(progress.end);
  process.stdout.write(`${format(answer, values)}\n`);
}

function format(answer: Answer, { json, field }: { json?: boolean; field?: string }): string {
  if (json) return JSON.stringify(answer, undefined, 2);
  return field === undefined ? formatAnswer(answer) : fieldOf(answer, field);
}

/** From STACKVAULT_ENDPOINT, STACKVAULT_API_KEY and STACKVAULT_SECRET_KEY, or the local server's administrator. */
async function credentials(): Promise<Credentials> {
  // eslint-disable-next-line no-process-env -- the command line is where the environment is read
  const { STACKVAULT_ENDPOINT: endpoint, STACKVAULT_API_KEY: apikey, STACKVAULT_SECRET_KEY: secretkey } = process.env;
  if (endpoint && apikey && secretkey) return { endpoint, apikey, secretkey };
  if (endpoint || apikey || secretkey) {
    throw new Error('STACKVAULT_ENDPOINT, STACKVAULT_API_KEY and STACKVAULT_SECRET_KEY belong together: set all three or none');
  }
  return adminCredentials(installedSettings(), false);
}

function parametersOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1) throw new Error(`"${pair}" is not of the form key=value`);
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
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
