import { assertMayUse, mayUse, type Access, type OwnerWish } from '../account/access.js';
import { runningJob, type CallContext, type Caller, type RunningJob } from '../call-context.js';
import type { Backup, BackupView } from '../dao/backup-dao.js';
import type { Daos, Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import { found, lookUp, NotFound, refused } from '../errors.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import { operationOf, operationOn } from '../plugin-host/operation.js';
import { leftNothingDone, type BackupProvider, type Operation } from '../provider/index.js';
import { gone } from '../usage/ledger-entries.js';
import type { BackupFramework } from './backup-framework.js';
import { readListedStatus, type BackupStatus } from './backup-status.js';
import { readManifest } from './manifest.js';
import type { RetentionEnforcer } from './retention-enforcer.js';

/** What a list of backups is narrowed by. */
export interface BackupWish {
  readonly uuid: string | undefined;
  readonly vmUuid: string | undefined;
  readonly zoneUuid: string | undefined;
  readonly offeringUuid: string | undefined;
  readonly name: string | undefined;
  /** In any case. */
  readonly status: string | undefined;
  readonly keyword: string | undefined;
}

/** What a caller says of the hold on a backup. */
export interface HoldWish {
  readonly isHeld: boolean;
  readonly reason: string | undefined;
}

/** Lists backups, puts them on hold, and deletes them: decides and records, acts, records the outcome. */
export class BackupManager {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly zones: ZoneDirectory,
    private readonly framework: BackupFramework,
    private readonly retention: RetentionEnforcer,
    private readonly now: () => Date,
  ) {}

  async list(caller: Caller, owners: OwnerWish, wish: BackupWish, page: Page): Promise<Listing<BackupView>> {
    const { uuid, vmUuid, zoneUuid, offeringUuid, name, keyword } = wish;
    const status = wish.status === undefined ? undefined : readListedStatus(wish.status);
    const one = uuid === undefined ? undefined : await this.find(uuid);
    if (one && !mayUse(caller, one)) return { rows: [], total: 0 };
    const vm = await lookUp(vmUuid, 'virtual machine', (id) => this.db.daos.vms.findByUuidIncludingRemoved(id));
    if (vm) assertMayUse(caller, vm, `virtual machine ${vm.uuid}`);
    const offering = await lookUp(offeringUuid, 'backup offering', (id) => this.db.daos.offerings.findByUuid(id));
    const zoneId = zoneUuid === undefined ? undefined : this.zones.get(zoneUuid).id;
    const filter = { id: one?.id, vmId: vm?.id, policyId: offering?.id, zoneId, name, status, keyword };
    return this.db.daos.backups.list({ ...filter, ...(await this.access.owners(caller, owners)) }, page);
  }

  /** The backup, which the caller must be allowed to use. */
  async get(caller: Caller, uuid: string): Promise<Backup> {
    const backup = await this.find(uuid);
    assertMayUse(caller, backup, `backup ${uuid}`);
    return backup;
  }

  /** The machine that the backup was taken of. */
  machineUuid({ manifest }: Backup): string {
    return readManifest(manifest).machine.uuid;
  }

  /** Puts the backup on hold, so that nothing deletes it, or releases it. */
  async hold(caller: Caller, uuid: string, { isHeld, reason }: HoldWish): Promise<BackupView> {
    const { id, status, held } = await this.get(caller, uuid);
    const hold = isHeld ? { held: held ?? this.now(), holdReason: reason ?? null } : { held: null, holdReason: null };
    const isDone = await this.db.change(({ backups }) => backups.hold(id, hold));
    if (!isDone) throw refused(`backup ${uuid} is ${status}; it can be on hold when it is BackedUp or Missing`);
    const { rows } = await this.db.daos.backups.list({ id }, { limit: 1, offset: 0 });
    return found(rows[0], 'backup', uuid);
  }

  /** Deletes the backup, and with `forced` first what depends on it: a row goes only when the provider has confirmed that the backup is gone. */
  async deleteBackup(uuid: string, forced: boolean, call: CallContext): Promise<void> {
    const backup = await this.findDeletable(uuid, call);
    if (!backup) return;
    const zone = this.zones.getById(backup.zoneId);
    this.framework.assertEnabled(zone);
    assertNotHeld(backup);
    const dependants = await this.dependantsOf(backup);
    if (dependants.length > 0 && !forced) throw refused(neededText(backup, dependants.length));
    dependants.forEach(assertNotHeld);
    const provider = this.framework.provider(backup.provider, zone);
    for (const dependant of dependants) {
      await this.deleteOne(dependant, provider, { ...operationOn(call, 'deleteBackup', dependant.uuid), forced }, call);
    }
    await this.deleteOne(backup, provider, { ...operationOf(call, 'deleteBackup'), forced }, call);
  }

  private async deleteOne(backup: Backup, provider: BackupProvider, order: DeleteOrder, call: CallContext): Promise<void> {
    if (backup.status !== 'Deleting') await this.beginDeleting(backup, runningJob(call));
    // Whether its provider has been asked before is not known: it stays Deleting, and nobody begins to read it.
    else await this.assertNotRead(backup, this.db.daos);
    await this.finishDeleting(backup, provider, order, call.signal);
  }

  /** Has the provider remove a backup that is Deleting. If nothing has been done there, the backup is again what it was. */
  private async finishDeleting(backup: Backup, provider: BackupProvider, order: DeleteOrder, signal: AbortSignal) {
    const externalId = backup.externalId === null ? {} : { externalId: backup.externalId };
    const takenBy = backup.operationId === null ? {} : { takenBy: backup.operationId };
    try {
      await provider.deleteBackup({ ...order, ...externalId, ...takenBy }, signal);
    } catch (error) {
      // If nobody knows whether the provider still has it, deleting can be repeated and nothing else be done.
      if (leftNothingDone(error)) await this.move(backup, 'Deleting', statusBeforeDeleting(backup));
      throw error;
    }
    await this.db.transaction(async ({ backups, usage }) => {
      const removed = this.now();
      // As it is now: a look at the provider may have changed its sizes before it was Deleting.
      const deleted = await backups.findByUuid(backup.uuid);
      if (!deleted || !(await backups.remove(backup.id, 'Deleting', removed))) return;
      if (statusBeforeDeleting(deleted) === 'BackedUp') await usage.append(gone(deleted, removed));
    });
  }

  /** The backup; undefined if its work is done: by the job before a crash, or, for a rule, by whoever was faster. */
  private async findDeletable(uuid: string, { caller, job }: CallContext): Promise<Backup | undefined> {
    const backup = await this.db.daos.backups.findByUuidIncludingRemoved(uuid);
    if (!backup || (backup.removed && !job?.isRepeat && !job?.isByRule)) throw new NotFound('backup', uuid);
    assertMayUse(caller, backup, `backup ${uuid}`);
    return backup.removed ? undefined : backup;
  }

  /** Everything that depends on the backup, each before what it depends on. */
  private async dependantsOf(backup: Backup): Promise<readonly Backup[]> {
    const known = new Map([[backup.id, backup]]);
    for (let level = [backup]; level.length > 0;) {
      const names = level.flatMap(({ externalId }) => externalId ?? []);
      level = (await this.db.daos.backups.listDependants(backup, names)).filter(({ id }) => !known.has(id));
      for (const dependant of level) known.set(dependant.id, dependant);
    }
    return [...known.values()].slice(1).reverse();
  }

  private async beginDeleting(backup: Backup, { isByRule }: RunningJob): Promise<void> {
    const { id, uuid, status } = backup;
    const begun = await this.db.transaction(async (daos) => {
      // By the same view of the machine's backups: a look may have missed the one for which this one was to go.
      if (isByRule) await this.retention.assertGoes(daos, backup);
      // So that a server that dies right after this has not taken it from under a restore that goes on.
      await this.assertNotRead(backup, daos);
      return daos.backups.beginDeleting(id, statusBeforeDeleting(backup));
    });
    if (!begun) {
      // Somebody may have put it on hold since it was looked at.
      assertNotHeld(await this.find(uuid));
      throw refused(`backup ${uuid} is ${status}; it can be deleted when it is BackedUp, Missing or Error`);
    }
    // Looked at after the change, as a restore looks at the status after its job is there: one of the two sees the other.
    try {
      await this.assertNotRead(backup, this.db.daos);
    } catch (error) {
      await this.move(backup, 'Deleting', status);
      throw error;
    }
  }

  private async assertNotRead({ uuid }: Backup, { jobs }: Daos): Promise<void> {
    if (await jobs.existReading(uuid)) throw refused(`backup ${uuid} is being restored; delete it afterwards`);
  }

  private move({ id }: Backup, from: BackupStatus, to: BackupStatus): Promise<boolean> {
    return this.db.transaction(({ backups }) => backups.transition(id, from, to));
  }

  private async find(uuid: string): Promise<Backup> {
    return found(await this.db.daos.backups.findByUuid(uuid), 'backup', uuid);
  }
}

type DeleteOrder = Operation & { readonly forced: boolean };

/** Refuses to delete a backup that is on hold. */
function assertNotHeld({ uuid, held, holdReason }: Backup): void {
  if (!held) return;
  const why = holdReason === null ? '' : ` (${holdReason})`;
  throw refused(`backup ${uuid} is on hold since ${held.toISOString()}${why}; release it first, with updateBackup and hold=false`);
}

const neededText = ({ uuid }: Backup, dependants: number): string =>
  `backup ${uuid} is needed by ${dependants} ${dependants === 1 ? 'other, which' : 'others, which'} cannot be restored without it; ` +
  'delete what depends on it first, or all of it with forced=true';

/** What a backup is again when its deletion has not happened. */
function statusBeforeDeleting({ externalId, lost }: Backup): BackupStatus {
  if (externalId === null) return 'Error';
  return lost === null ? 'BackedUp' : 'Missing';
}
