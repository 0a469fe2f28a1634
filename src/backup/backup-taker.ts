import { randomUUID } from 'node:crypto';
import { assertMayUse } from '../account/access.js';
import { runningJob, type CallContext } from '../call-context.js';
import type { Backup } from '../dao/backup-dao.js';
import type { BackupOffering } from '../dao/backup-offering-dao.js';
import type { Daos, Database } from '../dao/database.js';
import type { Vm } from '../dao/vm-dao.js';
import { ApiError, found } from '../errors.js';
import { machineOf, volumeOf } from '../inventory/facts.js';
import type { InventoryCopy } from '../inventory/inventory-copy.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import type { Admission } from '../limits/admission.js';
import { operationOf } from '../plugin-host/operation.js';
import type { BackupProvider, ProviderBackup } from '../provider/index.js';
import { held } from '../usage/ledger-entries.js';
import type { BackupFramework } from './backup-framework.js';
import { confirmedBy } from './confirmed-backup.js';
import { readManifest, totalSize, writeManifest } from './manifest.js';
import { protectionOf, type Protection } from './protection.js';
import type { RetentionEnforcer } from './retention-enforcer.js';

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

/** Takes backups: decides and records, acts, records the outcome. */
export class BackupTaker {
  constructor(
    private readonly db: Database,
    private readonly zones: ZoneDirectory,
    private readonly framework: BackupFramework,
    private readonly copy: InventoryCopy,
    private readonly admission: Admission,
    private readonly retention: RetentionEnforcer,
    private readonly now: () => Date,
  ) {}

  /** Takes a backup of the machine now. If it fails, the end of the job marks the backup as Error. */
  async take(vmUuid: string, wish: NewBackup, call: CallContext): Promise<void> {
    const vm = await this.copy.refreshExisting(vmUuid, call.signal);
    const begun = await this.begin(vm, wish, call);
    if (begun.backup.status === 'Removed') throw cancelled();
    // A server that died may have recorded it and come no further.
    if (begun.backup.status !== 'BackedUp') await this.takeBegun(vm, begun, wish, call);
    await this.retention.apply(begun.backup, call);
  }

  private async takeBegun(vm: Vm, { backup, offering, assignment }: Begun, wish: NewBackup, call: CallContext): Promise<void> {
    const { machine, volumes } = readManifest(backup.manifest);
    const zone = this.zones.getById(vm.zoneId);
    const provider = this.framework.provider(offering.provider, zone);
    const request = {
      ...operationOf(call, 'takeBackup'),
      zone: { uuid: zone.uuid, name: zone.name },
      machine,
      volumes,
      offeringExternalId: offering.externalId,
      ...(assignment.externalId === null ? {} : { reference: assignment.externalId }),
      quiesce: wish.quiesce,
    };
    const { cancellation } = runningJob(call);
    const taking = provider.takeBackup(request, AbortSignal.any([call.signal, cancellation]));
    const taken = await taking.catch((error: unknown) => {
      if (!cancellation.aborted) throw error;
      return this.giveUp(provider, backup, call);
    });
    await this.recordTaken(backup, taken);
  }

  /** Has what was taken so far removed, and drops the row when the provider has confirmed that. Always throws. */
  private async giveUp(provider: BackupProvider, { id, uuid }: Backup, call: CallContext): Promise<never> {
    const job = runningJob(call);
    const removal = { ...operationOf(call, 'deleteBackup'), takenBy: job.operationId, forced: false };
    await provider.deleteBackup(removal, call.signal).catch((error: unknown) => {
      if (job.isTriedAgain(error)) throw error;
      const { message } = error as Error;
      throw new ApiError(
        'cancelled',
        `the job was cancelled, but what it has taken may still be there: ${message}; delete backup ${uuid}`,
        error,
      );
    });
    await this.db.transaction(({ backups }) => backups.remove(id, 'BackingUp', this.now()));
    throw cancelled();
  }

  /** Decides and records; a job that is run again after a crash finds what it recorded. */
  private async begin(vm: Vm, wish: NewBackup, call: CallContext): Promise<Begun> {
    const zone = this.zones.getById(vm.zoneId);
    this.framework.assertEnabled(zone);
    assertMayUse(call.caller, vm, `virtual machine ${vm.uuid}`);
    const { assignment, offering } = await protectionOf(this.db.daos, vm);
    await this.framework.assertUserDriven(offering, zone, wish.quiesce, call.signal);
    return this.admission.transaction(async (daos) => {
      const known = await daos.backups.findByOperation(runningJob(call).operationId);
      return { backup: known ?? (await this.insert(daos, vm, offering, wish, call)), offering, assignment };
    });
  }

  private async insert(daos: Daos, vm: Vm, offering: BackupOffering, wish: NewBackup, call: CallContext): Promise<Backup> {
    const created = this.now();
    const volumes = (await daos.volumes.listByVm(vm.id)).map(volumeOf);
    const { operationId, backupScheduleId } = runningJob(call);
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
      backupScheduleId,
      manifest: writeManifest({ machine: machineOf(vm), volumes }),
      created,
      removed: null,
    });
  }

  /** Records what the provider has confirmed, and no more. If this fails, the row stays BackingUp and names the operation. */
  private async recordTaken(backup: Backup, taken: ProviderBackup): Promise<void> {
    const { machine } = readManifest(backup.manifest);
    const confirmed = confirmedBy(taken, machine);
    const recorded = await this.db.transaction(async (daos) => {
      if (!(await daos.backups.transition(backup.id, 'BackingUp', 'BackedUp', confirmed))) return false;
      await daos.usage.append(held({ ...backup, ...confirmed }, this.now()));
      return true;
    });
    if (recorded) return;
    // Another server that has joined the operation may have recorded the same.
    const { status } = found(await this.db.daos.backups.findByUuid(backup.uuid), 'backup', backup.uuid);
    if (status !== 'BackedUp') throw new ApiError('internal', `backup ${backup.uuid} became ${status} while it was being taken`);
  }
}

const cancelled = (): ApiError => new ApiError('cancelled', 'the job was cancelled while it ran; nothing that it has taken is left');
