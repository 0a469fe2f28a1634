import { parseArgs } from 'node:util';
import { checkConnection } from './plugin-connection.js';
import { checkContract, type Trial } from './plugin-check.js';
import { newPlugin } from './plugin-new.js';
import { pairsOf } from './pairs.js';

const OPTIONS = {
  set: { type: 'string', multiple: true },
  slow: { type: 'string', multiple: true },
  limit: { type: 'string', default: '60' },
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
  const isGood = values.zone === undefined ? await checkContract(subject, trialOf(values)) : await checkConnection(subject, values.zone);
  // At once: what a plugin has left running must not hold the command line.
  process.exit(isGood ? 0 : 1);
}

/** How the checks are to be run. */
function trialOf({ set = [], slow, limit }: { set?: string[]; slow?: string[]; limit: string }): Trial {
  const limitMs = Number(limit) * 1000;
  if (!(limitMs > 0)) throw new Error(`--limit is "${limit}", not a number of seconds`);
  return { set: pairsOf(set), slow: slow && pairsOf(slow), limitMs };
}
