import type { Database } from '../dao/database.js';
import type { Volume } from '../dao/volume-dao.js';
import type { Zone } from '../dao/zone-dao.js';
import { isOwnFault } from '../errors.js';
import type { Actor, EventRecorder, Finding } from '../events/event-recorder.js';
import type { InventoryCopy } from '../inventory/inventory-copy.js';
import type { Log } from '../log.js';
import type { PluginInstances } from '../plugin-host/plugin-instances.js';
import type { VolumeFacts, VolumeOperation } from '../provider/index.js';
import { stableUuid } from '../stable-uuid.js';

/** Brings the volumes to an end that restores have begun to write and not finished. */
export class HalfMadeVolumes {
  constructor(
    private readonly db: Database,
    private readonly plugins: PluginInstances,
    private readonly copy: InventoryCopy,
    private readonly events: EventRecorder,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  /** Has those of the zone deleted whose restores ended so long ago; answers how many are done with. */
  async clean(zone: Zone, graceMs: number, actor: Actor, signal: AbortSignal): Promise<number> {
    const ended = new Date(this.now().getTime() - graceMs);
    let cleaned = 0;
    for (const volume of await this.db.daos.volumes.listHalfMade(zone.id, ended)) {
      if (signal.aborted) break;
      if (await this.cleanOne(zone, volume, actor, signal)) cleaned += 1;
    }
    return cleaned;
  }

  private async cleanOne(zone: Zone, volume: Volume, actor: Actor, signal: AbortSignal): Promise<boolean> {
    try {
      const source = this.plugins.inventory(zone);
      const facts = await source.findVolume(volume.uuid, signal);
      const isTakenOver = facts?.machineUuid !== undefined;
      if (!isTakenOver) await source.deleteVolume(deletionOf(volume), signal);
      return await this.end(zone, volume, isTakenOver ? facts : undefined, actor);
    } catch (error) {
      // What the source refuses of one does not keep the others from their end.
      if (isOwnFault(error)) throw error;
      this.log('warn', 'half-made volume not deleted', { volume: volume.uuid, error });
      return false;
    }
  }

  /** Records that the volume is gone, or that the source has taken it over after all; false if somebody else was faster. */
  private end(zone: Zone, volume: Volume, takenOver: VolumeFacts | undefined, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (daos) => {
      if (!(await daos.volumes.endHalfMade(volume.id))) return false;
      if (takenOver) await this.copy.recordVolumeWith(daos, zone, takenOver, volume);
      await this.events.found(daos, actor, [takenOver ? keptText(volume, takenOver) : deletedText(volume)]);
      return true;
    });
  }
}

/** The same for every look, so that what one has begun is joined by the next. */
const deletionOf = ({ uuid }: Volume): VolumeOperation => ({
  operationId: stableUuid(`clean/${uuid}`),
  report: async () => undefined,
  volumeUuid: uuid,
});

const deletedText = (thing: Volume): Finding => ({
  ...({ type: 'Volume', thing, level: 'INFO' } as const),
  description: `what a failed restore had written of volume ${thing.uuid} was deleted`,
});

const keptText = (thing: Volume, { machineUuid }: VolumeFacts): Finding => ({
  ...({ type: 'Volume', thing, level: 'WARN' } as const),
  description: `volume ${thing.uuid} of a failed restore is attached to virtual machine ${machineUuid}; look at what it holds`,
});
