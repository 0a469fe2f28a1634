import { ProviderError } from '../../../src/provider/index.js';
import type { Catalogue, CatalogueEntry, Network, OsType, ServiceOffering, Template } from '../../../src/provider/index.js';
import { uuidOf } from './sandbox.js';

const GIB = 2 ** 30;

/** An entry, with an id that is the same in every zone. */
const entry = (kind: string, name: string): CatalogueEntry => ({ uuid: uuidOf(`${kind} ${name}`), name });

const LINUX = entry('osCategory', 'Linux');

/** The operating system of every machine. */
export const OS_TYPE: OsType = { ...entry('osType', 'Other Linux (64-bit)'), categoryUuid: LINUX.uuid };

/** What a machine is made from. */
export const TEMPLATE: Template = {
  ...entry('template', 'Simulated Linux'),
  description: 'A system that nothing ever runs',
  hypervisor: 'Simulator',
  format: 'RAW',
  sizeBytes: GIB,
  osTypeUuid: OS_TYPE.uuid,
};

/** The size of machines for which none is chosen. */
export const CUSTOM: ServiceOffering = { ...entry('serviceOffering', 'Simulated custom'), description: 'A size of your choice' };

/** Where every machine is. */
export const NETWORK: Network = {
  ...entry('network', 'sandbox'),
  description: 'A network that carries nothing',
  type: 'Shared',
  cidr: '10.1.0.0/16',
  gateway: '10.1.0.1',
  netmask: '255.255.0.0',
};

/** The same in every zone. */
export const CATALOGUE: Catalogue = {
  hypervisors: ['Simulator'],
  serviceOfferings: [
    {
      ...entry('serviceOffering', 'Simulated small'),
      description: 'One processor, 512 MiB',
      size: { cpuNumber: 1, cpuSpeedMhz: 1000, memoryMb: 512 },
    },
    {
      ...entry('serviceOffering', 'Simulated medium'),
      description: 'Two processors, 2 GiB',
      size: { cpuNumber: 2, cpuSpeedMhz: 1000, memoryMb: 2048 },
    },
    CUSTOM,
  ],
  diskOfferings: [
    { ...entry('diskOffering', 'Simulated small disk'), description: 'Five GiB', sizeBytes: 5 * GIB },
    { ...entry('diskOffering', 'Simulated custom disk'), description: 'A size of your choice' },
  ],
  templates: [TEMPLATE],
  osCategories: [LINUX],
  osTypes: [OS_TYPE],
  networks: [NETWORK],
};

/** The entry with the id; throws `not_found`. */
export function entryOf<T extends CatalogueEntry>(entries: readonly T[], uuid: string, what: string): T {
  const found = entries.find((each) => each.uuid === uuid);
  if (!found) throw new ProviderError('not_found', `there is no ${what} ${uuid}`);
  return found;
}
