import { ProviderError } from '../../../../src/provider/index.js';
import type { StorageCapacity } from '../../../../src/provider/index.js';
import type { BackedUpMachine, VsphereMachine } from '../transport.js';
import { withQuery, type EmClient } from './client.js';
import { HIERARCHY_ITEMS, idOf, REFERENCES, REPOSITORIES, type Reference, type Repository } from './entities.js';

/** The reference by which Enterprise Manager knows a machine of vCenter. */
export const vmRefOf = ({ vcenter, moref }: VsphereMachine): string => `urn:VMware:Vm:${vcenter}.${moref}`;

/** The machine of such a reference; nothing for any other text. */
export function readVmRef(ref: string): Pick<BackedUpMachine, 'vcenter' | 'moref'> {
  const [, vcenter, moref] = /^urn:VMware:Vm:(.+)\.([^.]+)$/i.exec(ref) ?? [];
  return vcenter === undefined || moref === undefined ? {} : { vcenter: vcenter.toLowerCase(), moref };
}

/** Whether it is a machine that is meant, and not a tag, a folder or the like. */
const isVmRef = (ref: string): boolean => /^urn:VMware:Vm:/i.test(ref);

/** What Veeam knows of: vCenter servers, their machines, and repositories. */
export class Infrastructure {
  constructor(
    private readonly em: EmClient,
    /** The name of the zone's vCenter server; empty when there is only one. */
    private readonly vcenterName: string,
  ) {}

  /** The vCenter server of the zone. */
  async vcenter(signal: AbortSignal): Promise<Reference> {
    const roots = await this.em.get('hierarchyRoots', REFERENCES, signal);
    const named = this.vcenterName === '' ? roots : roots.filter(({ name }) => name.toLowerCase() === this.vcenterName.toLowerCase());
    const [only] = named;
    if (only && named.length === 1) return only;
    const all = roots.map(({ name }) => name).join(', ') || 'none';
    throw new ProviderError('rejected', `the setting vcenter has to name one of the servers that Veeam has: ${all}`);
  }

  /** The machines of that name in it. */
  async findMachines(name: string, signal: AbortSignal): Promise<readonly VsphereMachine[]> {
    return (await this.lookUp(name, signal)).filter((machine) => machine.name === name);
  }

  /** All machines that it has. */
  async listMachines(signal: AbortSignal): Promise<readonly VsphereMachine[]> {
    return this.lookUp('*', signal);
  }

  async repositories(signal: AbortSignal): Promise<readonly Repository[]> {
    return this.em.get('repositories?format=Entity', REPOSITORIES, signal);
  }

  /** That of all repositories of which it is known. */
  async capacity(signal: AbortSignal): Promise<StorageCapacity> {
    let [usedBytes, totalBytes] = [0, 0];
    for (const { capacityBytes, freeBytes } of await this.repositories(signal)) {
      if (capacityBytes === undefined || freeBytes === undefined) continue;
      totalBytes += capacityBytes;
      usedBytes += Math.max(0, capacityBytes - freeBytes);
    }
    return { usedBytes, totalBytes };
  }

  private async lookUp(name: string, signal: AbortSignal): Promise<readonly VsphereMachine[]> {
    const { uid } = await this.vcenter(signal);
    const items = (await this.em.find(withQuery('lookup', { host: uid, type: 'Vm', name }), HIERARCHY_ITEMS, signal)) ?? [];
    return items
      .filter(({ ref }) => isVmRef(ref))
      .map(({ ref, name: shown }) => ({ name: shown, moref: ref.slice(ref.lastIndexOf('.') + 1), vcenter: idOf(uid) }));
  }
}
