import { parseArgs } from 'node:util';
import { checkConnection } from './plugin-connection.js';
import { checkContract } from './plugin-check.js';
import { newPlugin } from './plugin-new.js';
import { pairsOf } from './pairs.js';

const OPTIONS = {
  set: { type: 'string', multiple: true },
  slow: { type: 'string', multiple: true },
  zone: { type: 'string' },
} as const;

/** `stackvault plugin new | check`: makes a plugin to start from, or tells what one keeps to and what not. */
export async function pluginCommand(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  const [action, subject, folder] = positionals;
  if (subject === undefined || (action !== 'new' && action !== 'check')) {
    throw new Error('what? For example: stackvault plugin new tape, or: stackvault plugin check ./tape');
  }
  if (action === 'new') return newPlugin(subject, folder ?? '.');
  const { zone, set = [], slow } = values;
  const isGood =
    zone === undefined ? await checkContract(subject, pairsOf(set), slow && pairsOf(slow)) : await checkConnection(subject, zone);
  // At once: what a plugin has left running must not hold the command line.
  process.exit(isGood ? 0 : 1);
}
