import { ProviderError, type ConnectionStep } from '../../../src/provider/index.js';
import { ConnectionFailed } from './failures.js';
import type { HttpsClient } from './https-client.js';

/** A step: what it is called, and what tries it and answers what was found. */
export type Attempt = readonly [name: string, attempt: () => Promise<string>];

/** Tries to reach the server, asking for anything at the path, and then the attempts, up to the first that fails. */
export async function tryWay(
  { https, path }: { readonly https: HttpsClient; readonly path: string },
  signal: AbortSignal,
  attempts: readonly Attempt[],
): Promise<readonly ConnectionStep[]> {
  const reached = https.send({ method: 'GET', path }, signal).then(
    () => undefined,
    (error: unknown) => error,
  );
  const failedAt = async (...stages: readonly string[]) => {
    const error = await reached;
    if (error instanceof ConnectionFailed ? stages.includes(error.stage) : error !== undefined) throw error;
  };
  const connecting: readonly Attempt[] = [
    ['address', () => failedAt('address').then(() => `${https.origin} answers`)],
    [
      'certificate',
      () => failedAt('certificate', 'answer').then(() => (https.verifies ? 'it is trusted' : 'it is not looked at: validate.ssl is false')),
    ],
  ];
  const steps: ConnectionStep[] = [];
  for (const [name, attempt] of [...connecting, ...attempts]) {
    const step = await tried(name, attempt);
    steps.push(step);
    if (!step.isPassed) break;
  }
  return steps;
}

async function tried(name: string, attempt: () => Promise<string>): Promise<ConnectionStep> {
  try {
    return { name, isPassed: true, detail: await attempt() };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { name, isPassed: false, detail: error.message };
  }
}
