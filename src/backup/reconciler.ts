import type { Backup } from '../dao/backup-dao.js';
import type { Holding, KnownBackup } from '../dao/backup-look-dao.js';
import type { Daos, Database } from '../dao/database.js';
import type { Zone } from '../dao/zone-dao.js';
import { refused } from '../errors.js';
import type { AlertManager } from '../events/alert-manager.js';
import type { Actor, EventRecorder } from '../events/event-recorder.js';
import type { BackupProvider } from '../provider/index.js';
import type { Adoption } from './adoption.js';
import { inBatchesOf } from './batches-of.js';
import type { Leftovers } from './leftovers.js';
import { readListing } from './provider-listing.js';
import { reconciled, type ChangingStep } from './reconciled.js';
import { compare, isBelievable, type Decision, type Step } from './reconciliation.js';

/** Whose backups are looked at, and how. */
export interface SyncOrder {
  readonly zone: Zone;
  /** The name of the provider. */
  readonly name: string;
  readonly provider: BackupProvider;
  /** For so long a backup must have been looked for in vain before it is Missing. */
  readonly graceMs: number;
  /** Believes a listing that lacks most of what is known. */
  readonly forced: boolean;
  readonly actor: Actor;
}

/** What came of a look at a provider, in backups. */
export interface SyncCounts {
  /** That the provider showed. */
  readonly looked: number;
  readonly adopted: number;
  readonly updated: number;
  readonly missing: number;
  readonly back: number;
  /** Whose passing state, or failure, has come to an end, or will by a job: machines that are leaving their offerings count too. */
  readonly settled: number;
  /** Whose remains at the provider were removed; volumes that were not restored to the end count too. */
  readonly cleaned: number;
  /** Of machines that are not known here, or were never in an offering of the provider. */
  readonly unclaimed: number;
}

const CHANGING: ReadonlySet<Step> = new Set<ChangingStep>(['missing', 'back', 'updated', 'recovered', 'failed']);
const BATCH = 100;
const NAMED_IN_ALERT = 10;

/** Brings what is known of a provider's backups in step with what it holds. What it writes grows with what has changed. */
export class Reconciler {
  constructor(
    private readonly db: Database,
    private readonly adoption: Adoption,
    private readonly leftovers: Leftovers,
    private readonly events: EventRecorder,
    private readonly alerts: AlertManager,
    private readonly now: () => Date,
  ) {}

  /** Looks once at all that the provider holds; nothing is changed unless the listing is complete and can be believed. */
  async reconcile(order: SyncOrder, signal: AbortSignal): Promise<SyncCounts> {
    const { zone, name, provider, graceMs, actor } = order;
    const holding = { zoneId: zone.id, provider: name };
    const started = this.now();
    const taking = await this.takingSoFar(holding);
    const listing = await readListing(provider, signal);
    const known = await this.db.daos.backupLooks.listKnown(holding);
    const isBusy = await this.busyAmong(known, taking);
    const comparison = compare(listing, known, { now: started, graceMs, isBusy });
    if (!order.forced && !isBelievable(comparison)) await this.disbelieve(order, comparison);
    const since = new Date(started.getTime() - graceMs);
    const adoption = await this.adoption.adopt(comparison.unknown, holding, since, actor);
    await this.mark(comparison.decisions, started);
    const changed = await this.change(comparison.decisions, order);
    const [deleted, cleaned] = [
      await this.finish(comparison.decisions, 'delete', (backup) => this.leftovers.deleteAgain(backup, actor)),
      await this.finish(comparison.decisions, 'clean', (backup) => this.leftovers.clean(backup, provider, signal)),
    ];
    const leaving = await this.leftovers.releaseAgain(holding, actor);
    const { updated, missing, back, recovered, failed } = changed;
    return { looked: listing.size, ...adoption, updated, missing, back, settled: recovered + failed + deleted + leaving, cleaned };
  }

  /** The backups that are being taken when the listing begins; those that become known later are newer than `newestId`. */
  private async takingSoFar(holding: Holding): Promise<{ newestId: number; ids: ReadonlySet<number> }> {
    const { backupLooks } = this.db.daos;
    return { newestId: await backupLooks.newestId(), ids: await backupLooks.idsBackingUp(holding) };
  }

  /** A listing says nothing of a backup that was taken while it was made, and a look changes nothing that a job works on. */
  private async busyAmong(known: readonly KnownBackup[], taking: { newestId: number; ids: ReadonlySet<number> }) {
    const { jobs } = this.db.daos;
    const isUnsettled = ({ status, cleaned }: KnownBackup) => status === 'Deleting' || (status === 'Error' && !cleaned);
    const takenBy = known.filter(({ status }) => status === 'BackingUp').flatMap(({ operationId }) => operationId ?? []);
    const operations = await jobs.pendingAmong('operationId', takenBy);
    const things = await jobs.pendingAmong(
      'instanceUuid',
      known.filter(isUnsettled).map(({ uuid }) => uuid),
    );
    return ({ id, uuid, status, operationId }: KnownBackup): boolean => {
      if (id > taking.newestId || things.has(uuid)) return true;
      return status === 'BackingUp' ? operations.has(operationId ?? '') : taking.ids.has(id);
    };
  }

  private async disbelieve({ zone, name }: SyncOrder, { lacking, expected }: { lacking: number; expected: number }): Promise<never> {
    const what = `backup provider ${name} does not show most of the backups that it is known to hold in zone ${zone.name} (${zone.uuid})`;
    const advice = 'nothing was changed; if they are really gone, run syncBackups with forced=true';
    await this.db.transaction((daos) => this.alerts.raiseOnce(daos, 'ALERT.TYPE.SYNC', `${what}: ${advice}`));
    throw refused(`${what}: ${lacking} of ${expected} are lacking; ${advice}`);
  }

  /** Notes which backups are not shown, and which are again. */
  private async mark(decisions: readonly Decision[], now: Date): Promise<void> {
    for (const [step, missed] of [['missed', now] as const, ['seen', null] as const]) {
      const marked = decisions.filter((each) => each.step === step).map(({ known }) => known);
      if (marked.length > 0) await this.db.transaction(({ backupLooks }) => backupLooks.mark(marked, missed));
    }
  }

  private async change(decisions: readonly Decision[], order: SyncOrder): Promise<Record<ChangingStep, number>> {
    const counts = { missing: 0, back: 0, updated: 0, recovered: 0, failed: 0 };
    for (const batch of inBatchesOf(BATCH, decisions.filter(isChanging))) {
      const changed = await this.db.transaction((daos) => this.changeBatch(daos, batch, order));
      for (const step of changed) counts[step] += 1;
    }
    return counts;
  }

  /** Answers the steps of those backups that nobody else has changed meanwhile. */
  private async changeBatch(daos: Daos, batch: readonly (Decision & { step: ChangingStep })[], order: SyncOrder): Promise<ChangingStep[]> {
    const rows = new Map((await daos.backupLooks.listByIds(batch.map(({ known }) => known.id))).map((row) => [row.id, row]));
    const done: { step: ChangingStep; row: Backup; outcome: ReturnType<typeof reconciled> }[] = [];
    for (const { known, step, held } of batch) {
      const row = rows.get(known.id);
      if (row?.status !== known.status || row.revision !== known.revision) continue;
      const outcome = reconciled(step, row, held, this.now());
      if (await daos.backupLooks.change(row, outcome.changes)) done.push({ step, row, outcome });
    }
    await daos.usage.append(...done.flatMap(({ outcome }) => outcome.entries));
    await this.events.found(
      daos,
      order.actor,
      done.flatMap(({ outcome }) => outcome.findings),
    );
    const missing = done.filter(({ step }) => step === 'missing').map(({ row }) => row);
    if (missing.length > 0) await this.alerts.raise(daos, 'ALERT.TYPE.SYNC', missingText(missing, order));
    return done.map(({ step }) => step);
  }

  private async finish(decisions: readonly Decision[], step: Step, work: (known: KnownBackup) => Promise<boolean>): Promise<number> {
    let finished = 0;
    for (const { known } of decisions.filter((each) => each.step === step)) if (await work(known)) finished += 1;
    return finished;
  }
}

const isChanging = (decision: Decision): decision is Decision & { step: ChangingStep } => CHANGING.has(decision.step);

function missingText(missing: readonly Backup[], { name, zone }: SyncOrder): string {
  const some = missing.slice(0, NAMED_IN_ALERT).map(({ uuid }) => uuid);
  const others = missing.length > some.length ? ` and ${missing.length - some.length} others` : '';
  return `backup provider ${name} no longer shows backups of zone ${zone.name} (${zone.uuid}), which are Missing now: ${some.join(', ')}${others}`;
}
