import type { MachineFilling, MachineRestore } from '../transport.js';
import { textOf, type Answer } from './answers.js';
import type { Inventory } from './inventory.js';
import { objectFor } from './job-payloads.js';
import { placeOf } from './placement.js';
import { restorePointField, type RestorePoints } from './restore-points.js';
import type { Revision } from './revisions.js';
import type { Sessions } from './sessions.js';
import type { VbrClient } from './vbr-client.js';

/** Restores whole machines, and answers the session of each. What is restored stays off. */
export class MachineRestores {
  constructor(
    private readonly client: VbrClient,
    private readonly inventory: Inventory,
    private readonly points: RestorePoints,
    private readonly sessions: Sessions,
  ) {}

  /** To where the machine was. Not while another restore writes there, be it under the name that the machine had then. */
  async inPlace({ restorePoint, machineName, exists, reason }: MachineRestore, signal: AbortSignal): Promise<string> {
    const backedUp = (await this.points.machineNameOf(restorePoint, signal)) ?? machineName;
    for (const name of new Set([machineName, backedUp])) await this.sessions.assertNotRestored(name, signal);
    const { has } = await this.client.revision(signal);
    return this.start(restorePoint, { type: 'OriginalLocation', reason, ...(has.overwrite ? { overwrite: exists } : {}) }, signal);
  }

  /** To the name and the place of a machine that is there, which goes. Not while another restore makes a machine of that name. */
  async over({ restorePoint, target, reason }: MachineFilling, signal: AbortSignal): Promise<string> {
    await this.sessions.assertNotRestored(target.name, signal);
    const revision = await this.client.revision(signal);
    const place = await placeOf(this.inventory, target, signal);
    const disks = await this.points.disks(restorePoint, signal);
    const datastore = objectFor(revision, place.datastore);
    const spec = {
      ...{ type: 'Customized', reason, overwrite: true },
      destinationHost: objectFor(revision, place.host),
      resourcePool: objectFor(revision, place.resourcePool),
      datastore: {
        configurationFileDatastore: datastore,
        diskMappings: disks.map(({ name }) => ({ diskName: name, datastore, diskType: 'Source' })),
      },
      // A tag could put it under the jobs of the machine that was backed up, and its networks would give two machines one address.
      folder: { vmName: target.name, folder: objectFor(revision, place.folder), restoreVmTags: false },
      network: { networks: [], disconnected: true },
    };
    return this.start(restorePoint, spec, signal);
  }

  private async start(restorePoint: string, spec: Answer, signal: AbortSignal): Promise<string> {
    const revision = await this.client.revision(signal);
    const path = pathOf(revision);
    const body = { ...spec, [restorePointField(revision)]: restorePoint, powerUp: false };
    return textOf(await this.client.ask('POST', path, signal, body), 'id', path);
  }
}

const pathOf = ({ has }: Revision): string => `/api/v1/restore/vmRestore/${has.vSphereRestore ? 'vSphere' : 'vmware/'}`;
