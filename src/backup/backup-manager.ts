import { assertMayUse, mayUse, type Access, type OwnerWish } from '../account/access.js';
import { runningJob, type CallContext, type Caller } from '../call-context.js';
import type { Backup, BackupView } from '../dao/backup-dao.js';
import type { Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import { found, lookUp, NotFound, refused } from '../errors.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import { operationOf } from '../plugin-host/operation.js';
import { leftNothingDone, type BackupProvider, type Operation } from '../provider/index.js';
import { gone } from '../usage/ledger-entries.js';
import type { BackupFramework } from './backup-framework.js';
import { readListedStatus, type BackupStatus } from './backup-status.js';
import { readManifest } from './manifest.js';
import type { ScheduleRetention } from './schedule-retention.js';

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

/** Lists and deletes backups: decides and records, acts, records the outcome. */
export class BackupManager {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly zones: ZoneDirectory,
    private readonly framework: BackupFramework,
    private readonly retention: ScheduleRetention,
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

  /** Deletes the backup: its row goes only when the provider has confirmed that the backup is gone. */
  async deleteBackup(uuid: string, forced: boolean, call: CallContext): Promise<void> {
    const backup = await this.findDeletable(uuid, call);
    if (!backup) return;
    const zone = this.zones.getById(backup.zoneId);
    this.framework.assertEnabled(zone);
    const { backupScheduleId } = runningJob(call);
    if (backupScheduleId !== null) await this.retention.assertSurplus(this.db.daos, backup, backupScheduleId);
    const provider = this.framework.provider(backup.provider, zone);
    if (backup.status !== 'Deleting') await this.beginDeleting(backup);
    await this.finishDeleting(backup, provider, { ...operationOf(call, 'deleteBackup'), forced }, call.signal);
  }

  /** Has the provider remove a backup that is Deleting. If nothing has been done there, the backup is again what it was. */
  async finishDeleting(backup: Backup, provider: BackupProvider, order: Operation & { readonly forced: boolean }, signal: AbortSignal) {
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

  /** The backup; undefined if a job that is run again after a crash finds its work done. */
  private async findDeletable(uuid: string, { caller, job }: CallContext): Promise<Backup | undefined> {
    const backup = await this.db.daos.backups.findByUuidIncludingRemoved(uuid);
    if (!backup || (backup.removed && !job?.isRepeat)) throw new NotFound('backup', uuid);
    assertMayUse(caller, backup, `backup ${uuid}`);
    return backup.removed ? undefined : backup;
  }

  private async beginDeleting(backup: Backup): Promise<void> {
    const { uuid, status } = backup;
    const begun = await this.move(backup, statusBeforeDeleting(backup), 'Deleting');
    if (!begun) throw refused(`backup ${uuid} is ${status}; it can be deleted when it is BackedUp, Missing or Error`);
    // Looked at after the change, as a restore looks at the status after its job is there: one of the two sees the other.
    if (!(await this.db.daos.jobs.existReading(uuid))) return;
    await this.move(backup, 'Deleting', status);
    throw refused(`backup ${uuid} is being restored; delete it afterwards`);
  }

  private move({ id }: Backup, from: BackupStatus, to: BackupStatus): Promise<boolean> {
    return this.db.transaction(({ backups }) => backups.transition(id, from, to));
  }

  private async find(uuid: string): Promise<Backup> {
    return found(await this.db.daos.backups.findByUuid(uuid), 'backup', uuid);
  }
}

/** What a backup is again when its deletion has not happened. */
function statusBeforeDeleting({ externalId, lost }: Backup): BackupStatus {
  if (externalId === null) return 'Error';
  return lost === null ? 'BackedUp' : 'Missing';
}
