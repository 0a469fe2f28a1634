import { ProviderError, type ConnectionStep } from '../../../../src/provider/index.js';
import { tryWay, type Attempt } from '../connection-steps.js';
import type { HttpsClient } from '../https-client.js';
import { numberOf } from './answers.js';
import { findTarget, type DiskTarget } from './disk-restores.js';
import type { Inventory } from './inventory.js';
import type { VbrClient } from './vbr-client.js';

interface Way {
  readonly https: HttpsClient;
  readonly client: VbrClient;
  readonly inventory: Inventory;
  /** Where single disks are restored to, as far as it is set. */
  readonly target: DiskTarget;
}

const OF_A_SERVER =
  'see that the address is that of a Backup & Replication server of version 12 or newer, and that the setting version is 0';
const WHO = 'see that the settings username and password are right, and that the user may log on to the REST API';
const A_ROLE = 'see that the user has the role Backup Administrator, and that there is a repository';
const A_VCENTER = 'see that the vCenter server of the zone is in Veeam, and that the setting vcenter has its name there';

/** Tries the way to the server, up to the first step that fails. */
export const checkConnection = ({ https, client, inventory, target }: Way, signal: AbortSignal): Promise<readonly ConnectionStep[]> =>
  tryWay({ https, path: '/swagger/', settings: 'the setting vbr.url, or else the host in url,' }, signal, [
    ['version', async (limited) => `revision ${(await client.revision(limited)).name} of the API`, OF_A_SERVER],
    ['login', (limited) => logOn(client, limited), WHO],
    ['repositories', (limited) => repositories(client, limited), A_ROLE],
    ['vcenter', (limited) => vcenter(inventory, limited), A_VCENTER],
    ...targetSteps(inventory, target),
  ]);

/** A step for each name that is set, under the name of its setting. */
const targetSteps = (inventory: Inventory, target: DiskTarget): readonly Attempt[] =>
  (['cluster', 'datastore'] as const)
    .filter((part) => target[part] !== '')
    .map((part) => [
      `restore.${part}`,
      (limited) => findTarget(inventory, target, part, limited).then(({ name, objectId }) => `${name} (${objectId})`),
      `see that the setting restore.${part} has the name of one ${part} in vCenter that the user may see`,
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
