import type { BackupFramework } from '../backup/backup-framework.js';
import type { BackupStorageCapacity } from '../dao/backup-storage-capacity-dao.js';
import type { Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import type { Zone } from '../dao/zone-dao.js';
import { invalid } from '../errors.js';
import type { AlertManager } from '../events/alert-manager.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import type { Log } from '../log.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';
import { BACKUP_STORAGE, usedShare } from './capacity-type.js';

/** What a list of capacities is narrowed and sorted by. */
export interface CapacityWish {
  readonly zoneUuid: string | undefined;
  /** CloudStack's number; only that of backup storage is known. */
  readonly type: number | undefined;
  /** Measured now, not when it was last. */
  readonly isFresh: boolean;
  /** `usage`: the fullest first; without it the oldest zone. */
  readonly sortBy: string | undefined;
}

/** A zone's backup storage. */
export interface ZoneCapacity extends BackupStorageCapacity {
  readonly zone: Zone;
}

/** Knows how full the backup storage of each zone is, and raises an alert when that passes the zone's threshold. */
export class CapacityManager {
  constructor(
    private readonly db: Database,
    private readonly zones: ZoneDirectory,
    private readonly framework: BackupFramework,
    private readonly settings: DynamicSettings,
    private readonly alerts: AlertManager,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  /** Zones whose provider cannot tell, or has not been asked yet, are left out. */
  async list(
    { zoneUuid, type, isFresh, sortBy }: CapacityWish,
    { limit, offset }: Page,
    signal: AbortSignal,
  ): Promise<Listing<ZoneCapacity>> {
    if (sortBy !== undefined && sortBy !== 'usage') throw invalid('sortby', `"${sortBy}" is not usage`);
    const zones = zoneUuid === undefined ? this.zones.all() : [this.zones.get(zoneUuid)];
    if (type !== undefined && type !== BACKUP_STORAGE.type) return { rows: [], total: 0 };
    if (isFresh) await this.measure(zones, signal);
    const known = new Map((await this.db.daos.capacities.listAll()).map((capacity) => [capacity.zoneId, capacity]));
    const all = zones.flatMap((zone) => {
      const capacity = known.get(zone.id);
      return capacity ? [{ ...capacity, zone }] : [];
    });
    if (sortBy === 'usage') all.sort((a, b) => usedShare(b) - usedShare(a));
    return { rows: all.slice(offset, offset + limit), total: all.length };
  }

  /** Asks the provider of every zone. */
  measureAll(signal: AbortSignal): Promise<void> {
    return this.measure(this.zones.all(), signal);
  }

  private async measure(zones: readonly Zone[], signal: AbortSignal): Promise<void> {
    await Promise.all(
      zones.map((zone) =>
        // What is known stays: a provider that is away for a while must not hide its zone, nor the others.
        this.measureZone(zone, signal).catch((error: unknown) =>
          this.log('warn', 'backup storage not measured', { zone: zone.uuid, error }),
        ),
      ),
    );
  }

  private async measureZone(zone: Zone, signal: AbortSignal): Promise<void> {
    const provider = this.framework.isEnabled(zone) ? this.framework.provider(this.framework.providerNameOf(zone), zone) : undefined;
    if (!provider || !(await provider.capabilities(signal)).capacity) return this.db.daos.capacities.delete(zone.id);
    const measured = this.now();
    const { usedBytes, totalBytes } = await provider.capacity(signal);
    const threshold = this.settings.get('zone.backupStorage.capacity.notificationthreshold', { zoneId: zone.id });
    await this.db.transaction(async (daos) => {
      if (!(await daos.capacities.save({ zoneId: zone.id, usedBytes, totalBytes, measured }))) return;
      const isHigh = usedShare({ usedBytes, totalBytes }) > threshold;
      const isNew = await daos.capacities.setAlerted(zone.id, isHigh);
      if (isHigh && isNew) await this.alerts.raise(daos, 'ALERT.STORAGE.BACKUP', textOf(zone, usedBytes, totalBytes, threshold));
    });
  }
}

const textOf = ({ name, uuid }: Zone, used: number, total: number, threshold: number): string =>
  `the backup storage of zone ${name} (${uuid}) is ${percent(used / total)} full, more than ${percent(threshold)}: ${used} of ${total} bytes`;

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
