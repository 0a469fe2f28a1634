import type { CallContext } from '../call-context.js';
import type { Daos, Database } from '../dao/database.js';
import type { Volume } from '../dao/volume-dao.js';
import { found, isOwnFault, isUnknown, refused } from '../errors.js';
import { requestOperation } from '../plugin-host/operation.js';
import type { PluginInstances } from '../plugin-host/plugin-instances.js';
import { stableUuid } from '../stable-uuid.js';
import type { InventoryCopy } from './inventory-copy.js';
import type { Marked, MarkedWork } from './marked-work.js';
import { beingRestored, type VolumeManager } from './volume-manager.js';
import type { ZoneDirectory } from './zone-directory.js';

/** Deletes volumes at once. */
export class VolumeDeletion {
  constructor(
    private readonly db: Database,
    private readonly zones: ZoneDirectory,
    private readonly plugins: PluginInstances,
    private readonly copy: InventoryCopy,
    private readonly volumes: VolumeManager,
    private readonly marked: MarkedWork,
  ) {}

  /** Deletes a volume that is attached to nothing, with what it holds. While nobody knows whether it is gone, that can be repeated and nothing else be done. */
  async delete(uuid: string, call: CallContext): Promise<void> {
    const volume = await this.volumes.get(call.caller, uuid);
    const vm = await this.volumes.machineOf(volume);
    if (vm) throw refused(`volume ${uuid} is attached to virtual machine ${vm.uuid}; detach it before it is deleted`);
    if (volume.state === 'Copying') throw beingRestored(volume);
    const operation = deletionOf(volume);
    await this.marked.alone(deletionMarks(volume), call.signal, async (signal) => {
      await this.deleteMarked(volume, { ...call, signal });
      await this.db.change((daos) => this.copy.recordDeletedVolumeWith(daos, volume, operation));
    });
  }

  private async deleteMarked({ uuid, zoneId }: Volume, call: CallContext): Promise<void> {
    // Recorded first, looked at afterwards, as a job that attaches it does: one of the two sees the other.
    if (await this.db.daos.jobs.isPendingAbout(uuid)) throw refused(`a job is about volume ${uuid}; delete it afterwards`);
    const source = this.plugins.inventory(this.zones.getById(zoneId));
    await source.deleteVolume({ ...requestOperation(call), volumeUuid: uuid }, call.signal);
  }
}

/** The deletion of a volume, as far as others see it. */
const deletionMarks = (volume: Volume): Marked => ({
  operation: deletionOf(volume),
  mark: async ({ volumes }: Daos) => {
    // Another request may have deleted it just now.
    found(await volumes.findByUuid(volume.uuid), 'volume', volume.uuid);
    if (!(await volumes.beginRestore([volume.uuid], deletionOf(volume)))) throw beingRestored(volume);
  },
  mayBeDone: (error) => isUnknown(error) || isOwnFault(error),
});

/** Names the deletion of a volume, and marks it: the same for every attempt, so that what one has begun is taken over by the next. */
export const deletionOf = ({ uuid }: Pick<Volume, 'uuid'>): string => stableUuid(`deleteVolume/${uuid}`);

/** Whether the volume is being deleted, or was when that was broken off. */
export const isBeingDeleted = (volume: Volume): boolean => volume.restoreOperation === deletionOf(volume);
