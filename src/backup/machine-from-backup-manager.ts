import { runningJob, type CallContext, type Caller } from '../call-context.js';
import type { Backup } from '../dao/backup-dao.js';
import type { Database } from '../dao/database.js';
import type { Vm, VmView } from '../dao/vm-dao.js';
import type { Zone } from '../dao/zone-dao.js';
import { ApiError, found, isOwnFault, refused } from '../errors.js';
import type { InventoryCopy, MachineOwner } from '../inventory/inventory-copy.js';
import type { MachineParts } from '../inventory/machine-make.js';
import type { MachineManager, NewMachine } from '../inventory/machine-manager.js';
import { newNics } from '../inventory/new-nics.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import { operationOf } from '../plugin-host/operation.js';
import type { PluginInstances } from '../plugin-host/plugin-instances.js';
import { ProviderError, type BackupProvider, type MachineFacts, type Volume } from '../provider/index.js';
import type { BackupFramework } from './backup-framework.js';
import type { BackupManager } from './backup-manager.js';
import { disksOf, partsFromBackup, type MachineFromBackupMake } from './machine-from-backup.js';
import { pairUp, restorable, zoneOf, type Restorable } from './restoring.js';

/** What a client says about a machine that is made from a backup. */
export type MachineFromBackup = Omit<NewMachine, 'diskOfferingUuid' | 'dataSizeBytes'> & Omit<MachineFromBackupMake, 'nics'>;

/** What has been decided about the machine before anything is made. */
interface Plan {
  readonly wish: MachineFromBackup;
  readonly owner: MachineOwner;
  /** Where the machine will be. */
  readonly zone: Zone;
  /** Where the backup is. */
  readonly backupZone: Zone;
  readonly provider: BackupProvider;
  readonly manifest: Restorable;
  readonly parts: MachineParts;
}

/** The step of the job that is done when the machine is whole. */
const FILLED = 'filled';

/** Makes new machines of backups: has one made that the backup fits into, has it filled, and takes it over. */
export class MachineFromBackupManager {
  constructor(
    private readonly db: Database,
    private readonly zones: ZoneDirectory,
    private readonly framework: BackupFramework,
    private readonly backups: BackupManager,
    private readonly machines: MachineManager,
    private readonly plugins: PluginInstances,
    private readonly copy: InventoryCopy,
  ) {}

  /** Checks what can be checked before the job is accepted: the backup, the zone, the name and the owner. */
  async check(backupUuid: string, wish: MachineFromBackup, caller: Caller): Promise<Backup> {
    this.zones.get(wish.zoneUuid);
    await this.machines.checkIdentity(caller, wish);
    return this.backups.get(caller, backupUuid);
  }

  /** Makes the machine and, if wished, starts it. If it cannot be filled it is gone again; if it only cannot be started it stays. */
  async create(backupUuid: string, wish: MachineFromBackup, call: CallContext): Promise<VmView> {
    const job = runningJob(call);
    const uuid = job.instanceUuid ?? job.operationId;
    // A machine that is whole is never given up, whatever a later run of the job meets.
    if (job.resumeOf(FILLED) === undefined) {
      await this.makeOrDiscard(uuid, backupUuid, wish, call);
      await job.report(FILLED, { reference: uuid });
    }
    return wish.start ? this.machines.start(uuid, call) : found(await this.db.daos.vms.findView(uuid), 'virtual machine', uuid);
  }

  private async makeOrDiscard(uuid: string, backupUuid: string, wish: MachineFromBackup, call: CallContext): Promise<void> {
    const known = await this.db.daos.vms.findByUuidIncludingRemoved(uuid);
    // A server that gave the machine up has died over it.
    if (known?.removed) throw refused(`virtual machine ${uuid} could not be filled from backup ${backupUuid} and is gone again`);
    let plan: Plan | undefined;
    try {
      plan = await this.plan(backupUuid, wish, call);
      await this.make(plan, call);
    } catch (error) {
      const nothingMade = !plan && !runningJob(call).isRepeat;
      if (nothingMade || isOwnFault(error) || (await this.discard(uuid, wish, call))) throw error;
      const { message } = error as Error;
      throw new ApiError('provider_failed', `${message}; virtual machine ${uuid} may be there, half made: destroy it`, error);
    }
  }

  private async plan(backupUuid: string, wish: MachineFromBackup, call: CallContext): Promise<Plan> {
    const zone = this.zones.get(wish.zoneUuid);
    const owner = await this.machines.checkIdentity(call.caller, wish);
    const backup = await this.backups.get(call.caller, backupUuid);
    const manifest = restorable(backup);
    const backupZone = this.zones.getById(backup.zoneId);
    this.framework.assertEnabled(backupZone);
    const provider = this.framework.provider(backup.provider, backupZone);
    if (!provider.capabilities.fillMachine) throw refused(`backup provider ${backup.provider} cannot make a new machine of a backup`);
    if (zone.id !== backupZone.id) await this.assertReachesOtherZones(backup, provider);
    const catalogue = await this.plugins.inventory(zone).readCatalogue(call.signal);
    const parts = partsFromBackup({ ...wish, nics: newNics(wish.nics) }, manifest, catalogue);
    return { wish, owner, zone, backupZone, provider, manifest, parts };
  }

  /** Refuses backups of which machines are made in their own zone only: by their provider, or by the repository that they are in. */
  private async assertReachesOtherZones(backup: Backup, { capabilities }: BackupProvider): Promise<void> {
    if (!capabilities.crossZone) throw refused(`backup provider ${backup.provider} makes machines only in the zone of the backup`);
    const offering = await this.db.daos.offerings.findByIdIncludingRemoved(backup.policyId);
    const repository = offering && (await this.db.daos.repositories.findByUuid(offering.externalId));
    if (!repository || repository.crossZone) return;
    throw refused(`backup repository ${repository.uuid} does not allow machines in other zones; set crosszoneinstancecreation of it`);
  }

  private async make(plan: Plan, call: CallContext): Promise<void> {
    const { wish, owner, zone, parts } = plan;
    const facts = await this.machines.deployParts(zone, { ...wish, start: false, parts }, call);
    const vm = await this.copy.record(zone, facts, owner, call.signal);
    await this.beginFilling(vm, facts, call);
    const filled = await this.fill(plan, facts, call);
    const adoption = { ...operationOf(call, 'adoptRestoredMachine'), machine: facts.machine, volumes: filled };
    const adopted = await this.plugins.inventory(zone).adoptRestoredMachine(adoption, call.signal);
    await this.copy.record(zone, adopted, vm, call.signal);
    const { operationId } = runningJob(call);
    await this.db.transaction(async ({ vms, volumes }) => {
      await vms.endRestore(operationId);
      await volumes.endRestore(operationId);
    });
  }

  /** Until it is filled, clients see the machine as Restoring; if the job fails, its end takes the marks away. */
  private async beginFilling({ id }: Vm, { volumes: disks }: MachineFacts, call: CallContext): Promise<void> {
    const { operationId } = runningJob(call);
    await this.db.transaction(async ({ vms, volumes }) => {
      await vms.beginRestore(id, operationId);
      await volumes.beginRestore(
        disks.map(({ volume }) => volume.uuid),
        operationId,
      );
    });
  }

  /** Has the volumes written, and answers each as the machine will have it: at the device at which it was backed up. */
  private async fill({ provider, manifest, backupZone, zone }: Plan, { machine, volumes: disks }: MachineFacts, call: CallContext) {
    const destinations = destinationsOf(
      manifest,
      disks.map(({ volume }) => volume),
    );
    const zones = { zone: zoneOf(backupZone), targetZone: zoneOf(zone) };
    const request = {
      ...operationOf(call, 'fillMachine'),
      ...zones,
      externalId: manifest.externalId,
      target: machine,
      volumes: destinations,
    };
    const filled = pairUp(destinations, await provider.fillMachine(request, call.signal));
    return filled.map(({ recorded, target, restored }) => ({ recorded: { ...target, deviceNumber: recorded.deviceNumber }, restored }));
  }

  /** Has the half-made machine removed for good; false if its source could not do it. */
  private async discard(uuid: string, { zoneUuid }: MachineFromBackup, call: CallContext): Promise<boolean> {
    const zone = this.zones.get(zoneUuid);
    try {
      const removal = { ...operationOf(call, 'destroyMachine'), machineUuid: uuid, expunge: true };
      const facts = await this.plugins.inventory(zone).destroyMachine(removal, call.signal);
      const vm = await this.db.daos.vms.findByUuid(uuid);
      if (vm) await this.copy.record(zone, facts, vm, call.signal);
      return true;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      // What failed may have been its deployment.
      return error.fault === 'not_found';
    }
  }
}

/** Each disk in the backup with the one of the new machine that is meant for it: both have the root disk first, then the others by device. */
function destinationsOf(manifest: Restorable, disks: readonly Volume[]) {
  const [recorded, made] = [disksOf(manifest), disksOf({ volumes: disks })];
  return [recorded.root, ...recorded.data].map((disk, index) => {
    const target = [made.root, ...made.data][index];
    if (target && target.sizeBytes >= disk.sizeBytes) return { recorded: disk, target };
    throw new ProviderError('corrupt', `the new machine has no disk that volume ${disk.uuid} of the backup fits on`);
  });
}
