import { ProviderError, type ConnectionStep, type ProviderFault } from '../../../src/provider/index.js';
import { ConnectionFailed } from './failures.js';
import type { HttpsClient } from './https-client.js';
import { unlessAborted } from './shared-wait.js';

const LOG_OFF_MS = 5000;

/** How long one step may take: a server that does not answer in that time is a finding, too. */
const STEP_MS = 15_000;

/** Failures that come of what is set, here or in Veeam, and not of the moment. */
const OF_SETTINGS: ReadonlySet<ProviderFault> = new Set(['auth', 'not_found', 'rejected', 'unsupported']);

/** A step: what it is called, what tries it and answers what was found, and what to do if something is set wrongly. */
export type Attempt = readonly [name: string, attempt: (signal: AbortSignal) => Promise<string>, remedy?: string];

/** Where a server is expected: the settings that say so, and a path that anybody may ask for. */
interface Place {
  readonly https: HttpsClient;
  readonly path: string;
  readonly settings: string;
}

/** Tries to reach the server, and then the attempts, up to the first that fails. Throws if it cannot be tried with what is set. */
export async function tryWay(
  { https, path, settings }: Place,
  signal: AbortSignal,
  attempts: readonly Attempt[],
): Promise<readonly ConnectionStep[]> {
  let untrusted: ConnectionFailed | undefined;
  const reach = async (limited: AbortSignal) => {
    await https.send({ method: 'GET', path }, limited).catch((error: unknown) => {
      if (!(error instanceof ConnectionFailed && error.stage === 'certificate')) throw error;
      untrusted = error;
    });
    return `${https.origin} answers`;
  };
  const trust = async () => {
    if (untrusted) throw untrusted;
    return https.verifies ? 'it is trusted' : 'it is not looked at: validate.ssl is false';
  };
  const address = await tried(['address', reach], signal);
  if (!address.isPassed) {
    const remedy = `see that ${settings} is right, that the service runs there, and that no firewall is in the way`;
    return [{ ...address, detail: `${address.detail}; ${remedy}` }];
  }
  const steps = [address];
  for (const attempt of [['certificate', trust] as const, ...attempts]) {
    const step = await tried(attempt, signal);
    steps.push(step);
    if (!step.isPassed) break;
  }
  return steps;
}

/** Logs off who has logged on for the steps only. Where that does not go well soon, the logon ends by itself. */
export async function endLogon(client: { logOff(signal: AbortSignal): Promise<void> }, signal: AbortSignal): Promise<void> {
  await client.logOff(AbortSignal.any([signal, AbortSignal.timeout(LOG_OFF_MS)])).catch(() => undefined);
}

async function tried([name, attempt, remedy = '']: Attempt, signal: AbortSignal): Promise<ConnectionStep> {
  const limit = AbortSignal.timeout(STEP_MS);
  const limited = AbortSignal.any([signal, limit]);
  try {
    // What is still connecting does not heed the signal.
    return { name, isPassed: true, detail: await unlessAborted(() => attempt(limited), limited) };
  } catch (error) {
    if (!(error instanceof ProviderError) || (error instanceof ConnectionFailed && error.stage === 'settings')) throw error;
    if (limit.aborted) return { name, isPassed: false, detail: `there was no answer within ${STEP_MS / 1000} s` };
    const isSetWrongly = remedy !== '' && OF_SETTINGS.has(error.fault);
    return { name, isPassed: false, detail: isSetWrongly ? `${error.message}; ${remedy}` : error.message };
  }
}
