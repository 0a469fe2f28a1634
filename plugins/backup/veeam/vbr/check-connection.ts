import { ProviderError, type ConnectionStep } from '../../../../src/provider/index.js';
import { ConnectionFailed } from '../failures.js';
import type { HttpsClient } from '../https-client.js';
import { numberOf } from './answers.js';
import type { Inventory } from './inventory.js';
import type { VbrClient } from './vbr-client.js';

interface Way {
  readonly https: HttpsClient;
  readonly client: VbrClient;
  readonly inventory: Inventory;
}

/** A step: what it is called, and what tries it and answers what was found. */
type Attempt = readonly [name: string, attempt: () => Promise<string>];

/** Tries the way to the server, up to the first step that fails. */
export async function checkConnection({ https, client, inventory }: Way, signal: AbortSignal): Promise<readonly ConnectionStep[]> {
  const reached = https.send({ method: 'GET', path: '/swagger/' }, signal).then(
    () => undefined,
    (error: unknown) => error,
  );
  const failedAt = async (...stages: readonly string[]) => {
    const error = await reached;
    if (error instanceof ConnectionFailed ? stages.includes(error.stage) : error !== undefined) throw error;
  };
  const attempts: readonly Attempt[] = [
    ['address', () => failedAt('address').then(() => `${https.origin} answers`)],
    [
      'certificate',
      () => failedAt('certificate', 'answer').then(() => (https.verifies ? 'it is trusted' : 'it is not looked at: validate.ssl is false')),
    ],
    ['version', async () => `revision ${(await client.revision()).name} of the API`],
    ['login', async () => logOn(client, signal)],
    ['repositories', async () => repositories(client, signal)],
    ['vcenter', async () => vcenter(inventory, signal)],
  ];
  const steps: ConnectionStep[] = [];
  for (const [name, attempt] of attempts) {
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

async function logOn(client: VbrClient, signal: AbortSignal): Promise<string> {
  const { name, buildVersion } = await client.ask('GET', '/api/v1/serverInfo', signal);
  return `logged on to ${String(name)}, build ${String(buildVersion)}`;
}

async function repositories(client: VbrClient, signal: AbortSignal): Promise<string> {
  const states = await client.all('/api/v1/backupInfrastructure/repositories/states', {}, signal);
  if (states.length === 0) throw new ProviderError('rejected', 'Veeam has no backup repository, or the user may see none');
  return states
    .map((state) => `${String(state['name'])} (${numberOf(state, 'freeGB')} of ${numberOf(state, 'capacityGB')} GB free)`)
    .join(', ');
}

async function vcenter(inventory: Inventory, signal: AbortSignal): Promise<string> {
  const [wanted, known] = [await inventory.vcenter(signal), await inventory.vcenters(signal)];
  if (known.includes(wanted)) return wanted;
  throw new ProviderError('not_found', `Veeam does not know the vCenter server ${wanted}; it knows ${known.join(', ') || 'none'}`);
}
