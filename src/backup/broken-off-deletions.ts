import type { Daos, Database } from '../dao/database.js';
import type { Volume } from '../dao/volume-dao.js';
import type { Zone } from '../dao/zone-dao.js';
import { isOwnFault, refused } from '../errors.js';
import type { Actor, EventRecorder, Finding } from '../events/event-recorder.js';
import type { InventoryCopy } from '../inventory/inventory-copy.js';
import { endMarks, type MarkedWork } from '../inventory/marked-work.js';
import { deletionOf, isBeingDeleted } from '../inventory/volume-deletion.js';
import type { Log } from '../log.js';
import type { PluginInstances } from '../plugin-host/plugin-instances.js';
import type { VolumeFacts } from '../provider/index.js';

/** Finds out what has become of the volumes of which nobody knows whether they are gone. */
export class BrokenOffDeletions {
  constructor(
    private readonly db: Database,
    private readonly plugins: PluginInstances,
    private readonly copy: InventoryCopy,
    private readonly marked: MarkedWork,
    private readonly events: EventRecorder,
    private readonly log: Log,
  ) {}

  /** Asks the zone's source for those that no request is deleting, and records what it says; answers of how many. */
  async settle(zone: Zone, actor: Actor, signal: AbortSignal): Promise<number> {
    let settled = 0;
    for (const volume of (await this.db.daos.volumes.listMarked(zone.id)).filter(isBeingDeleted)) {
      if (signal.aborted) break;
      if (await this.settleOne(zone, volume, actor, signal)) settled += 1;
    }
    return settled;
  }

  private async settleOne(zone: Zone, volume: Volume, actor: Actor, signal: AbortSignal): Promise<boolean> {
    const operation = deletionOf(volume);
    try {
      await this.marked.alone({ operation, mark: (daos) => assertMarked(daos, volume), mayBeDone: () => true }, async () => {
        const facts = await this.plugins.inventory(zone).findVolume(volume.uuid, signal);
        await this.db.transaction((daos) => this.end(daos, zone, volume, facts, actor));
      });
      return true;
    } catch (error) {
      // What the source does not say of one does not keep the others from their end.
      if (isOwnFault(error)) throw error;
      this.log('info', 'volume still marked as being deleted', { volume: volume.uuid, error });
      return false;
    }
  }

  private async end(daos: Daos, zone: Zone, volume: Volume, facts: VolumeFacts | undefined, actor: Actor): Promise<void> {
    if (facts) {
      await endMarks(daos, deletionOf(volume));
      await this.copy.recordVolumeWith(daos, zone, facts, volume);
    } else await this.copy.recordDeletedVolumeWith(daos, volume, deletionOf(volume));
    await this.events.found(daos, actor, [facts ? keptText(volume) : goneText(volume)]);
  }
}

async function assertMarked({ volumes }: Daos, { uuid }: Volume): Promise<void> {
  const volume = await volumes.findByUuid(uuid);
  if (!volume || !isBeingDeleted(volume)) throw refused(`the deletion of volume ${uuid} has ended`);
}

const goneText = (thing: Volume): Finding => ({
  ...({ type: 'Volume', thing, level: 'INFO' } as const),
  description: `volume ${thing.uuid} is gone: its deletion, of which nobody knew how it ended, was done`,
});

const keptText = (thing: Volume): Finding => ({
  ...({ type: 'Volume', thing, level: 'WARN' } as const),
  description: `volume ${thing.uuid} was not deleted, and can be used again`,
});
