import { ProviderError, type ConnectionStep } from '../../../../src/provider/index.js';
import { tryWay } from '../connection-steps.js';
import type { HttpsClient } from '../https-client.js';
import { numberOf } from './answers.js';
import type { Inventory } from './inventory.js';
import type { VbrClient } from './vbr-client.js';

interface Way {
  readonly https: HttpsClient;
  readonly client: VbrClient;
  readonly inventory: Inventory;
}

/** Tries the way to the server, up to the first step that fails. */
export const checkConnection = ({ https, client, inventory }: Way, signal: AbortSignal): Promise<readonly ConnectionStep[]> =>
  tryWay({ https, path: '/swagger/' }, signal, [
    ['version', async () => `revision ${(await client.revision(signal)).name} of the API`],
    ['login', () => logOn(client, signal)],
    ['repositories', () => repositories(client, signal)],
    ['vcenter', () => vcenter(inventory, signal)],
  ]);

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
