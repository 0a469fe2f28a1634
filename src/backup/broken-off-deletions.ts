import { randomUUID } from 'node:crypto';
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
import { ProviderError, type ProviderFault, type VolumeFacts } from '../provider/index.js';

/** Brings to their end the deletions of volumes of which nobody knows whether they were done. */
export class BrokenOffDeletions {
  constructor(
    private readonly db: Database,
    private readonly plugins: PluginInstances,
    private readonly copy: InventoryCopy,
    private readonly marked: MarkedWork,
    private readonly events: EventRecorder,
    private readonly log: Log,
  ) {}

  /** Has those deleted that no request is deleting, as long as the zone's source answers; answers of how many the end is recorded. */
  async settle(zone: Zone, actor: Actor, signal: AbortSignal): Promise<number> {
    let settled = 0;
    for (const volume of (await this.db.daos.volumes.listMarked(zone.id)).filter(isBeingDeleted)) {
      if (signal.aborted) break;
      try {
        await this.settleOne(zone, volume, actor, signal);
        settled += 1;
      } catch (error) {
        if (isOwnFault(error)) throw error;
        this.log('info', 'volume still marked as being deleted', { volume: volume.uuid, error });
        // The others are not to wait for a source that is away, one after the other.
        if (error instanceof ProviderError) break;
      }
    }
    return settled;
  }

  private settleOne(zone: Zone, volume: Volume, actor: Actor, signal: AbortSignal): Promise<void> {
    const marks = { operation: deletionOf(volume), mark: (daos: Daos) => assertMarked(daos, volume), mayBeDone: () => true };
    return this.marked.alone(marks, signal, async (ended) => {
      const kept = await this.deleteAgain(zone, volume, ended);
      await this.db.transaction((daos) => this.end(daos, zone, volume, kept, actor));
    });
  }

  /** What the source has of the volume although it was told to delete it, and refuses that; undefined if it is gone. */
  private async deleteAgain(zone: Zone, { uuid }: Volume, signal: AbortSignal): Promise<VolumeFacts | undefined> {
    const source = this.plugins.inventory(zone);
    try {
      // Only to look would not do: what was begun may still be under way.
      await source.deleteVolume({ operationId: randomUUID(), report: async () => undefined, volumeUuid: uuid }, signal);
      return undefined;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return source.findVolume(uuid, signal);
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

/** What a source says of the volume, and not of itself. */
const REFUSALS: ReadonlySet<ProviderFault> = new Set(['rejected', 'not_found', 'unsupported']);

const isRefusal = (error: unknown): boolean => error instanceof ProviderError && REFUSALS.has(error.fault);

async function assertMarked({ volumes }: Daos, { uuid }: Volume): Promise<void> {
  const volume = await volumes.findByUuid(uuid);
  if (!volume || !isBeingDeleted(volume)) throw refused(`the deletion of volume ${uuid} has ended`);
}

const goneText = (thing: Volume): Finding => ({
  ...({ type: 'Volume', thing, level: 'INFO' } as const),
  description: `volume ${thing.uuid} was deleted: that had been begun, and nobody knew how it ended`,
});

const keptText = (thing: Volume): Finding => ({
  ...({ type: 'Volume', thing, level: 'WARN' } as const),
  description: `volume ${thing.uuid} was not deleted, because its source refuses that; it can be used again`,
});
