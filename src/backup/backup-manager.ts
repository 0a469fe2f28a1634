import { randomUUID } from 'node:crypto';
import { assertMayUse, mayUse, type Access, type OwnerWish } from '../account/access.js';
import { runningJob, type CallContext, type Caller } from '../call-context.js';
import type { Backup, BackupView } from '../dao/backup-dao.js';
import type { BackupOffering } from '../dao/backup-offering-dao.js';
import type { Daos, Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import type { Vm } from '../dao/vm-dao.js';
import { ApiError, found, lookUp, NotFound, refused } from '../errors.js';
import { machineOf, volumeOf } from '../inventory/facts.js';
import type { InventoryCopy } from '../inventory/inventory-copy.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import type { Admission } from '../limits/admission.js';
import { operationOf } from '../plugin-host/operation.js';
import { leftNothingDone, ProviderError, type ProviderBackup } from '../provider/index.js';
import { gone, held } from '../usage/ledger-entries.js';
import type { BackupFramework } from './backup-framework.js';
import { readListedStatus } from './backup-status.js';
import { readManifest, totalSize, writeManifest } from './manifest.js';
import { protectionOf, type Protection } from './protection.js';

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

/** What a caller says when taking a backup. */
export interface NewBackup {
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly quiesce: boolean;
}

/** A backup that is being taken, with what the provider needs to know. */
interface Begun extends Protection {
  readonly backup: Backup;
}

/** Takes, lists and deletes backups: decides and records, acts, records the outcome. */
export class BackupManager {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly zones: ZoneDirectory,
    private readonly framework: BackupFramework,
    private readonly copy: InventoryCopy,
    private readonly admission: Admission,
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

  /** Takes a backup of the machine now. If it fails, the end of the job marks the backup as Error. */
  async createBackup(vmUuid: string, wish: NewBackup, call: CallContext): Promise<void> {
    const vm = await this.copy.refreshExisting(vmUuid, call.signal);
    const { backup, offering, assignment } = await this.begin(vm, wish, call);
    if (backup.status === 'BackedUp') return;
    const { machine, volumes } = readManifest(backup.manifest);
    const zone = this.zones.getById(vm.zoneId);
    const taken = await this.framework.provider(offering.provider, zone).takeBackup(
      {
        ...operationOf(call, 'takeBackup'),
        zone: { uuid: zone.uuid, name: zone.name },
        machine,
        volumes,
        offeringExternalId: offering.externalId,
        ...(assignment.externalId === null ? {} : { reference: assignment.externalId }),
        quiesce: wish.quiesce,
      },
      call.signal,
    );
    await this.recordTaken(backup, taken);
  }

  /** Deletes the backup: its row goes only when the provider has confirmed that the backup is gone. */
  async deleteBackup(uuid: string, forced: boolean, call: CallContext): Promise<void> {
    const backup = await this.findDeletable(uuid, call);
    if (!backup) return;
    const zone = this.zones.getById(backup.zoneId);
    this.framework.assertEnabled(zone);
    const provider = this.framework.provider(backup.provider, zone);
    if (backup.status !== 'Deleting') await this.beginDeleting(backup);
    const externalId = backup.externalId === null ? {} : { externalId: backup.externalId };
    const takenBy = backup.operationId === null ? {} : { takenBy: backup.operationId };
    try {
      await provider.deleteBackup({ ...operationOf(call, 'deleteBackup'), ...externalId, ...takenBy, forced }, call.signal);
    } catch (error) {
      // If nobody knows whether the provider still has it, deleting can be repeated and nothing else be done.
      if (leftNothingDone(error)) await this.db.daos.backups.transition(backup.id, 'Deleting', statusBeforeDeleting(backup));
      throw error;
    }
    await this.db.transaction(async ({ backups, usage }) => {
      const removed = this.now();
      if (!(await backups.remove(backup.id, 'Deleting', removed))) return;
      if (statusBeforeDeleting(backup) === 'BackedUp') await usage.append(gone(backup, removed));
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
    const { backups, jobs } = this.db.daos;
    const { id, uuid, status } = backup;
    const begun = await backups.transition(id, statusBeforeDeleting(backup), 'Deleting');
    if (!begun) throw refused(`backup ${uuid} is ${status}; it can be deleted when it is BackedUp or Error`);
    // Looked at after the change, as a restore looks at the status after its job is there: one of the two sees the other.
    if (!(await jobs.existReading(uuid))) return;
    await backups.transition(id, 'Deleting', status);
    throw refused(`backup ${uuid} is being restored; delete it afterwards`);
  }

  private async find(uuid: string): Promise<Backup> {
    return found(await this.db.daos.backups.findByUuid(uuid), 'backup', uuid);
  }

  /** Decides and records; a job that is run again after a crash finds what it recorded. */
  private async begin(vm: Vm, wish: NewBackup, call: CallContext): Promise<Begun> {
    const zone = this.zones.getById(vm.zoneId);
    this.framework.assertEnabled(zone);
    assertMayUse(call.caller, vm, `virtual machine ${vm.uuid}`);
    const { assignment, offering } = await protectionOf(this.db.daos, vm);
    this.framework.assertUserDriven(offering, zone, wish.quiesce);
    return this.admission.transaction(async (daos) => {
      const known = await daos.backups.findByOperation(runningJob(call).operationId);
      return { backup: known ?? (await this.insert(daos, vm, offering, wish, call)), offering, assignment };
    });
  }

  private async insert(daos: Daos, vm: Vm, offering: BackupOffering, wish: NewBackup, call: CallContext): Promise<Backup> {
    const created = this.now();
    const volumes = (await daos.volumes.listByVm(vm.id)).map(volumeOf);
    const { operationId } = runningJob(call);
    await this.admission.admit(daos, vm, { backup: 1, backup_storage: totalSize(volumes) }, operationId);
    return daos.backups.insert({
      uuid: randomUUID(),
      vmId: vm.id,
      policyId: offering.id,
      zoneId: vm.zoneId,
      accountId: vm.accountId,
      domainId: vm.domainId,
      provider: offering.provider,
      name: wish.name || `${vm.name.slice(0, 200)}-${created.toISOString()}`,
      description: wish.description ?? null,
      externalId: null,
      type: 'FULL',
      status: 'BackingUp',
      sizeBytes: 0,
      protectedSizeBytes: totalSize(volumes),
      operationId,
      backupScheduleId: null,
      manifest: writeManifest({ machine: machineOf(vm), volumes }),
      created,
      removed: null,
    });
  }

  /** Records what the provider has confirmed, and no more. If this fails, the row stays BackingUp and names the operation. */
  private async recordTaken(backup: Backup, taken: ProviderBackup): Promise<void> {
    assertPlausible(taken);
    const { machine } = readManifest(backup.manifest);
    const confirmed = {
      externalId: taken.externalId,
      type: taken.type,
      sizeBytes: taken.sizeBytes,
      protectedSizeBytes: taken.protectedSizeBytes,
      manifest: writeManifest({ machine, volumes: taken.volumes }),
    };
    const recorded = await this.db.transaction(async ({ backups, usage }) => {
      const isNew = await backups.transition(backup.id, 'BackingUp', 'BackedUp', confirmed);
      if (isNew) await usage.append(held({ ...backup, ...confirmed }, this.now()));
      return isNew;
    });
    if (recorded) return;
    // Another server that has joined the operation may have recorded the same.
    const { status } = await this.find(backup.uuid);
    if (status !== 'BackedUp') throw new ApiError('internal', `backup ${backup.uuid} became ${status} while it was being taken`);
  }
}

/** What a backup is again when its deletion has not happened. */
const statusBeforeDeleting = ({ externalId }: Backup) => (externalId === null ? 'Error' : 'BackedUp');

/** An answer that no backup can have is a fault of the provider, not a record. */
function assertPlausible({ externalId, type, sizeBytes, protectedSizeBytes, volumes }: ProviderBackup): void {
  const isNamed = typeof externalId === 'string' && externalId.length > 0 && externalId.length <= 255;
  const isSized = [sizeBytes, protectedSizeBytes].every((size) => Number.isSafeInteger(size) && size >= 0);
  const isTyped = type === 'FULL' || type === 'INCREMENTAL';
  if (!isNamed || !isTyped || !isSized || !Array.isArray(volumes) || volumes.length === 0) {
    throw new ProviderError('corrupt', 'the provider described a backup without a name, a type, a size or volumes');
  }
}
