import { randomUUID } from 'node:crypto';
import type { CallContext } from '../call-context.js';
import type { Database } from '../dao/database.js';
import type { Zone } from '../dao/zone-dao.js';
import { found, toApiError } from '../errors.js';
import type { Actor } from '../events/event-recorder.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import type { Log } from '../log.js';
import type { AbandonedWork } from './abandoned-work.js';
import type { BackupFramework } from './backup-framework.js';
import type { BrokenOffDeletions } from './broken-off-deletions.js';
import type { HalfMadeVolumes } from './half-made-volumes.js';
import type { Reconciler, SyncCounts } from './reconciler.js';

/** Which providers are to be looked at: all of them unless something is said. */
export interface SyncWish {
  readonly zoneUuid: string | undefined;
  readonly provider: string | undefined;
  readonly forced: boolean;
}

/** What came of a look at one provider of one zone. */
export interface SyncReport {
  readonly zone: Zone;
  readonly provider: string;
  readonly counts: SyncCounts;
  /** Why nothing was learnt from the provider, if so. */
  readonly failure: string | undefined;
}

/** What brings volumes to an end, as their source has them. */
interface UnfinishedVolumes {
  readonly deletions: BrokenOffDeletions;
  readonly halfMade: HalfMadeVolumes;
}

/** What comes to its end in a zone without its backup providers. */
type Ended = Pick<SyncCounts, 'settled' | 'cleaned'>;

const NOTHING: SyncCounts = { looked: 0, adopted: 0, updated: 0, missing: 0, back: 0, settled: 0, cleaned: 0, unclaimed: 0 };

/** Looks at what the backup providers of the zones hold, on demand and every so often. */
export class BackupSync {
  constructor(
    private readonly db: Database,
    private readonly zones: ZoneDirectory,
    private readonly framework: BackupFramework,
    private readonly reconciler: Reconciler,
    private readonly abandoned: AbandonedWork,
    private readonly unfinished: UnfinishedVolumes,
    private readonly log: Log,
  ) {}

  /** Answers a report for each provider of each zone; that one fails does not keep it from the others. */
  async sync(wish: SyncWish, { caller, requestId, signal }: CallContext): Promise<readonly SyncReport[]> {
    const { userId, accountId, domainId } = caller;
    const actor = { userId, accountId, domainId, requestId };
    this.check(wish);
    const zones = wish.zoneUuid === undefined ? this.zones.all() : [this.zones.get(wish.zoneUuid)];
    const reports: SyncReport[] = [];
    for (const zone of zones.filter((each) => this.framework.isEnabled(each))) {
      const [first, ...others] = await this.lookAt(zone, wish, actor, signal);
      // Where there was nothing to look at, no report would tell what has come to its end.
      if (first) reports.push(withEnded(first, await this.endLeftovers(zone, actor, signal)), ...others);
    }
    return reports;
  }

  /** Refuses a zone that is not there, or in which backups do not work, and a provider that is not loaded. */
  check({ zoneUuid, provider }: SyncWish): void {
    if (provider !== undefined) this.framework.assertInstalled(provider);
    if (zoneUuid !== undefined) this.framework.assertEnabled(this.zones.get(zoneUuid));
  }

  /** The same for all there is, in the name of the first administrator; where backups are off, only what operations have left is ended. */
  async syncAll(signal: AbortSignal): Promise<void> {
    const { id: userId, accountId, domainId } = found(await this.db.daos.users.findDefault(), 'user', 'admin');
    const everything = { zoneUuid: undefined, provider: undefined, forced: false };
    const actor = { userId, accountId, domainId, requestId: randomUUID() };
    for (const zone of this.zones.all()) {
      // Also a defect that one zone, or one look, meets is no reason to leave the others alone.
      const complain = (error: unknown) => this.log('error', 'backups not reconciled', { zone: zone.uuid, error });
      if (this.framework.isEnabled(zone)) await this.lookAt(zone, everything, actor, signal).catch(complain);
      await this.endLeftovers(zone, actor, signal).catch(complain);
    }
  }

  private async lookAt(zone: Zone, wish: SyncWish, actor: Actor, signal: AbortSignal): Promise<SyncReport[]> {
    const reports: SyncReport[] = [];
    const names = await this.providersOf(zone);
    for (const name of names.filter((each) => wish.provider === undefined || each === wish.provider)) {
      if (signal.aborted) return reports;
      reports.push(await this.lookAtOne(zone, name, wish.forced, actor, signal));
    }
    return reports;
  }

  /** Ends what needs no backup provider: after the look, because one that can be believed knows better what has become of a backup. */
  private async endLeftovers(zone: Zone, actor: Actor, signal: AbortSignal): Promise<Ended> {
    if (signal.aborted) return NOTHING;
    const { deletions, halfMade } = this.unfinished;
    const settled = (await this.abandoned.settle(zone.id, actor)) + (await deletions.settle(zone, actor, signal));
    return { settled, cleaned: await halfMade.clean(zone, this.framework.graceMs(zone), actor, signal) };
  }

  /** The one that the zone uses, and every other that holds backups of it. */
  private async providersOf(zone: Zone): Promise<readonly string[]> {
    return [...new Set([this.framework.providerNameOf(zone), ...(await this.db.daos.backupLooks.providersIn(zone.id))])];
  }

  private async lookAtOne(zone: Zone, name: string, forced: boolean, actor: Actor, signal: AbortSignal): Promise<SyncReport> {
    try {
      const [provider, graceMs] = [this.framework.provider(name, zone), this.framework.graceMs(zone)];
      const counts = await this.reconciler.reconcile({ zone, name, provider, graceMs, forced, actor }, signal);
      return { zone, provider: name, counts, failure: undefined };
    } catch (error) {
      const { message, kind } = toApiError(error, actor.requestId);
      if (kind === 'internal') throw error;
      this.log('warn', 'backups not reconciled', { zone: zone.uuid, provider: name, error });
      return { zone, provider: name, counts: NOTHING, failure: message };
    }
  }
}

/** The first report of a zone with what has come to its end there whatever its providers say: it is counted once. */
function withEnded(first: SyncReport, { settled, cleaned }: Ended): SyncReport {
  const { counts } = first;
  return { ...first, counts: { ...counts, settled: counts.settled + settled, cleaned: counts.cleaned + cleaned } };
}
