import { ProviderError, type ConnectionStep } from '../../../src/provider/index.js';
import { ConnectionFailed } from './failures.js';
import type { HttpsClient } from './https-client.js';

const LOG_OFF_MS = 5000;

/** A step: what it is called, what tries it and answers what was found, and what to do if that fails. */
export type Attempt = readonly [name: string, attempt: () => Promise<string>, remedy?: string];

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
  const failure = await https.send({ method: 'GET', path }, signal).then(
    () => undefined,
    (error: Error) => error,
  );
  if (failure instanceof ConnectionFailed && failure.stage === 'settings') throw failure;
  const isUnreached = failure instanceof ConnectionFailed && failure.stage === 'address';
  const unless = async (failed: boolean, found: string) => {
    if (failure && failed) throw failure;
    return found;
  };
  const connecting: readonly Attempt[] = [
    [
      'address',
      () => unless(isUnreached, `${https.origin} answers`),
      `see that ${settings} is right, that the service runs there, and that no firewall is in the way`,
    ],
    ['certificate', () => unless(!isUnreached, https.verifies ? 'it is trusted' : 'it is not looked at: validate.ssl is false')],
  ];
  const steps: ConnectionStep[] = [];
  for (const attempt of [...connecting, ...attempts]) {
    const step = await tried(attempt);
    steps.push(step);
    if (!step.isPassed) break;
  }
  return steps;
}

/** Logs off who has logged on for the steps only. Where that does not go well soon, the logon ends by itself. */
export async function endLogon(client: { logOff(signal: AbortSignal): Promise<void> }, signal: AbortSignal): Promise<void> {
  await client.logOff(AbortSignal.any([signal, AbortSignal.timeout(LOG_OFF_MS)])).catch(() => undefined);
}

async function tried([name, attempt, remedy]: Attempt): Promise<ConnectionStep> {
  try {
    return { name, isPassed: true, detail: await attempt() };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { name, isPassed: false, detail: remedy === undefined ? error.message : `${error.message}; ${remedy}` };
  }
}
