import { ProviderError } from '../../../../src/provider/index.js';
import type { VsphereMachine } from '../transport.js';
import { asList, asText, textOf, type Answer } from './answers.js';
import type { VbrClient } from './vbr-client.js';

const ROOTS = '/api/v1/inventory/vmware/hosts';
const OBJECTS = '/api/v1/inventory';

/** An object of vSphere, as jobs and restores name one. */
export interface InventoryObject {
  readonly hostName: string;
  readonly name: string;
  readonly type: string;
  readonly objectId: string;
  /** The path to it, where a revision tells it. */
  readonly urn?: string;
}

/** The ways that vCenter shows what it holds. */
export type Hierarchy = 'HostsAndClusters' | 'DatastoresAndVms' | 'VmsAndTemplates';

/** What the vCenter of the zone holds, as Veeam sees it. */
export class Inventory {
  constructor(
    private readonly client: VbrClient,
    /** The name of the vCenter that is set; empty for the only one. */
    private readonly wanted: string,
  ) {}

  /** The vCenter of the zone, by the name that Veeam has for it. */
  async vcenter(signal: AbortSignal): Promise<string> {
    if (this.wanted !== '') return this.wanted;
    const names = await this.vcenters(signal);
    if (names.length === 1 && names[0] !== undefined) return names[0];
    const among = names.length === 0 ? 'none' : names.join(', ');
    throw new ProviderError(
      'rejected',
      `Veeam knows ${names.length} vCenter servers (${among}); the setting vcenter must name that of the zone`,
    );
  }

  /** The vCenter servers that Veeam knows. */
  async vcenters(signal: AbortSignal): Promise<readonly string[]> {
    const roots = (await this.client.all(ROOTS, {}, signal)).map(objectIn);
    return roots.filter(({ type }) => type === 'vCenterServer').map((root) => textOf(root, 'name', ROOTS));
  }

  async findMachines(name: string, signal: AbortSignal): Promise<readonly VsphereMachine[]> {
    return (await this.find({ ...MACHINES, name }, signal)).map(asMachine);
  }

  async listMachines(signal: AbortSignal): Promise<readonly VsphereMachine[]> {
    return (await this.find(MACHINES, signal)).map(asMachine);
  }

  /** The one object of that type and name; throws `not_found`, and `rejected` where several have the name. */
  async object(type: string, hierarchy: Hierarchy, name: string, signal: AbortSignal): Promise<InventoryObject> {
    const [object, ...others] = await this.find({ type, hierarchy, name }, signal);
    if (!object) throw new ProviderError('not_found', `vCenter, as Veeam sees it, has no ${type.toLowerCase()} ${name}`);
    if (others.every(({ objectId }) => objectId === object.objectId)) return object;
    throw new ProviderError('rejected', `vCenter has several of the name ${name}: rename the ${type.toLowerCase()} that is meant`);
  }

  /** What has this id in vCenter, as newer revisions show it; throws `not_found`. */
  async shown(type: string, hierarchyType: Hierarchy, objectId: string, signal: AbortSignal): Promise<Answer> {
    const path = `${OBJECTS}/${encodeURIComponent(await this.vcenter(signal))}`;
    const filter = { type: 'PredicateExpression', property: 'objectId', operation: 'Equals', value: objectId };
    const { data } = await this.client.enquire(path, { hierarchyType, filter }, signal);
    const found = asList(data, path)
      .map(objectIn)
      .find((each) => each['type'] === type && each['objectId'] === objectId);
    if (found) return found;
    throw new ProviderError('not_found', `vCenter, as Veeam sees it, has no ${type.toLowerCase()} ${objectId}`);
  }

  /** Those of a type, and of one name if one is asked for. */
  private async find({ type, hierarchy, name }: Wanted, signal: AbortSignal): Promise<readonly InventoryObject[]> {
    const vcenter = await this.vcenter(signal);
    const query = { hierarchyTypeFilter: hierarchy, ...(name === undefined ? {} : { nameFilter: name }) };
    const objects = (await this.client.all(`${ROOTS}/${encodeURIComponent(vcenter)}`, query, signal)).map(objectIn);
    // The filter finds names that contain the one asked for, too.
    return objects.flatMap((object) => {
      const [objectId, shown] = [asText(object['objectId']), asText(object['name'])];
      if (object['type'] !== type || objectId === undefined || shown === undefined || ![shown, undefined].includes(name)) return [];
      return [{ hostName: asText(object['hostName']) ?? vcenter, name: shown, type, objectId }];
    });
  }
}

/** What is looked for in vCenter. */
interface Wanted {
  readonly type: string;
  readonly hierarchy: Hierarchy;
  readonly name?: string;
}

const MACHINES: Wanted = { type: 'VirtualMachine', hierarchy: 'VmsAndTemplates' };

const asMachine = ({ name, objectId: moref, hostName: vcenter }: InventoryObject): VsphereMachine => ({ name, moref, vcenter });

/** Some answers have the object inside of an item, with its size beside it. */
export const objectIn = (item: Answer): Answer =>
  typeof item['inventoryObject'] === 'object' ? (item['inventoryObject'] as Answer) : item;
