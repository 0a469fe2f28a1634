import { ProviderError } from '../../../../src/provider/index.js';
import type { VsphereMachine } from '../transport.js';
import { asText, textOf, type Answer } from './answers.js';
import type { Hierarchy, Inventory, InventoryObject } from './inventory.js';

/** Where a machine is in vCenter. */
export interface Place {
  readonly host: InventoryObject;
  readonly resourcePool: InventoryObject;
  readonly datastore: InventoryObject;
  readonly folder: InventoryObject;
}

/** Each part of a place: the hierarchy in which the path of a machine leads through it, and what it is called there. */
const PARTS = {
  host: { hierarchy: 'HostsAndClusters', type: 'Host', kinds: ['hostsystem', 'host', 'esx'] },
  resourcePool: { hierarchy: 'HostsAndClusters', type: 'ResourcePool', kinds: ['resourcepool'] },
  datastore: { hierarchy: 'DatastoresAndVms', type: 'Datastore', kinds: ['datastore'] },
  folder: { hierarchy: 'VmsAndTemplates', type: 'Folder', kinds: ['folder'] },
} as const satisfies Readonly<Record<keyof Place, { hierarchy: Hierarchy; type: string; kinds: readonly string[] }>>;

/** The place of a machine; throws `rejected` where Veeam does not tell it whole, or the machine is switched on. */
export async function placeOf(inventory: Inventory, { name, moref }: VsphereMachine, signal: AbortSignal): Promise<Place> {
  const pathIn = async (hierarchy: Hierarchy): Promise<string> => {
    const shown = await inventory.shown('VirtualMachine', hierarchy, moref, signal);
    const power = asText(shown['powerState']) ?? 'PoweredOff';
    if (power !== 'PoweredOff')
      throw new ProviderError('rejected', `the machine ${name} is ${power} and not off: nothing is written over it`);
    return asText(shown['urn']) ?? '';
  };
  const find = async ({ hierarchy, type, kinds }: (typeof PARTS)[keyof Place]): Promise<InventoryObject> => {
    const id = lastOf(await pathIn(hierarchy), kinds);
    if (id !== undefined) return objectFrom(await inventory.shown(type, hierarchy, id, signal));
    throw new ProviderError('rejected', `Veeam does not tell the ${type.toLowerCase()} of the machine ${name}`);
  };
  const { host, resourcePool, datastore, folder } = PARTS;
  return { host: await find(host), resourcePool: await find(resourcePool), datastore: await find(datastore), folder: await find(folder) };
}

/** The id of the last part of these kinds in a path such as `vc:a;folder:b;hostsystem:c`. */
function lastOf(urn: string, kinds: readonly string[]): string | undefined {
  const parts = urn.split(';').map((part) => [part.slice(0, part.indexOf(':')).toLowerCase(), part.slice(part.indexOf(':') + 1)] as const);
  return parts.findLast(([kind]) => kinds.includes(kind))?.[1];
}

function objectFrom(shown: Answer): InventoryObject {
  const text = (field: string) => textOf(shown, field, 'what is in vCenter');
  const urn = asText(shown['urn']);
  const about = { hostName: text('hostName'), name: text('name'), type: text('type'), objectId: text('objectId') };
  return urn === undefined ? about : { ...about, urn };
}
