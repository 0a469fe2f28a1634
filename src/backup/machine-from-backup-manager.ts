import { runningJob, type CallContext, type Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import type { Vm, VmView } from '../dao/vm-dao.js';
import { ApiError, found, refused } from '../errors.js';
import { zoneOf } from '../inventory/facts.js';
import type { InventoryCopy, MachineOwner } from '../inventory/inventory-copy.js';
import type { MachineManager } from '../inventory/machine-manager.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import { operationOf } from '../plugin-host/operation.js';
import type { PluginInstances } from '../plugin-host/plugin-instances.js';
import { ProviderError, type FillMachine, type Machine, type MachineFacts, type Volume } from '../provider/index.js';
import { disksOf, type MachineFromBackup } from './machine-from-backup.js';
import type { Manifest } from './manifest.js';
import type { RestoreEnding } from './restore-ending.js';
import type { VolumeEvidence } from './restore-evidence.js';
import { decide } from './restore-plan.js';
import type { NewMachineWork, RestorePlanner } from './restore-planner.js';

/** A machine that was made of a backup, and what is known of its volumes. */
interface MadeMachine {
  readonly vm: VmView;
  readonly volumes: readonly VolumeEvidence[];
}

/** What has been decided about the machine before anything is made. */
interface Order extends NewMachineWork {
  readonly owner: MachineOwner;
}

/** Makes new machines of backups: has one made that the backup fits into, has it filled, and takes it over. */
export class MachineFromBackupManager {
  constructor(
    private readonly db: Database,
    private readonly zones: ZoneDirectory,
    private readonly planner: RestorePlanner,
    private readonly ending: RestoreEnding,
    private readonly machines: MachineManager,
    private readonly plugins: PluginInstances,
    private readonly copy: InventoryCopy,
  ) {}

  /** Checks what can be checked before the job is accepted: the zone, the name and the owner. */
  async check(wish: MachineFromBackup, caller: Caller): Promise<void> {
    this.zones.get(wish.zoneUuid);
    await this.machines.checkIdentity(caller, wish);
  }

  /** Makes the machine and, if wished, starts it. If it cannot be filled it is gone again; if it only cannot be started it stays. */
  async create(backupUuid: string, wish: MachineFromBackup, call: CallContext): Promise<MadeMachine> {
    const job = runningJob(call);
    const uuid = job.instanceUuid ?? job.operationId;
    // A machine that is whole is never given up, whatever a later run of the job meets.
    const volumes = (await this.ending.findDone(call)) ?? (await this.makeOrDiscard(uuid, backupUuid, wish, call));
    const vm = wish.start ? await this.machines.start(uuid, call) : await this.db.daos.vms.findView(uuid);
    return { vm: found(vm, 'virtual machine', uuid), volumes };
  }

  private async makeOrDiscard(
    uuid: string,
    backupUuid: string,
    wish: MachineFromBackup,
    call: CallContext,
  ): Promise<readonly VolumeEvidence[]> {
    const known = await this.db.daos.vms.findByUuidIncludingRemoved(uuid);
    // A server that gave the machine up has died over it.
    if (known?.removed) throw refused(`virtual machine ${uuid} could not be filled from backup ${backupUuid} and is gone again`);
    let isPlanned = false;
    try {
      const owner = await this.machines.checkIdentity(call.caller, wish);
      const work = decide(await this.planner.planNewMachine(backupUuid, wish, call), false);
      isPlanned = true;
      return await this.make(backupUuid, wish, { ...work, owner }, call);
    } catch (error) {
      const nothingMade = !isPlanned && !runningJob(call).isRepeat;
      if (nothingMade || runningJob(call).isTriedAgain(error) || (await this.discard(uuid, wish, call))) throw error;
      const { message } = error as Error;
      throw new ApiError('provider_failed', `${message}; virtual machine ${uuid} may be there, half made: destroy it`, error);
    }
  }

  private async make(backupUuid: string, wish: MachineFromBackup, order: Order, call: CallContext): Promise<readonly VolumeEvidence[]> {
    const { owner, zone, parts } = order;
    const facts = await this.machines.deployParts(zone, { ...wish, start: false, parts }, call);
    const vm = await this.copy.record(zone, facts, owner, call.signal);
    await this.beginFilling(vm, facts, call);
    const destinations = destinationsOf(
      order.manifest,
      facts.volumes.map(({ volume }) => volume),
    );
    const restored = await this.fill(order, facts.machine, destinations, call);
    return this.ending.endMachine({ kind: 'NewMachine', backupUuid, zone, vm, machine: facts.machine, destinations, restored }, call);
  }

  /** Until it is filled, clients see the machine as Restoring; if the job fails, its end takes the marks away. */
  private async beginFilling({ id, uuid }: Vm, { volumes: disks }: MachineFacts, call: CallContext): Promise<void> {
    const { operationId } = runningJob(call);
    await this.db.transaction(async ({ vms, volumes }) => {
      const uuids = disks.map(({ volume }) => volume.uuid);
      const isMarked = (await vms.beginRestore(id, operationId)) && (await volumes.beginRestore(uuids, operationId));
      if (!isMarked) throw refused(`virtual machine ${uuid} is being restored, or has been expunged`);
    });
  }

  /** Has the volumes written. */
  private fill({ provider, externalId, backupZone, zone }: Order, target: Machine, volumes: FillMachine['volumes'], call: CallContext) {
    const zones = { zone: zoneOf(backupZone), targetZone: zoneOf(zone) };
    return provider.fillMachine({ ...operationOf(call, 'fillMachine'), ...zones, externalId, target, volumes }, call.signal);
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
function destinationsOf(manifest: Manifest, disks: readonly Volume[]) {
  const [recorded, made] = [disksOf(manifest), disksOf({ volumes: disks })];
  return [recorded.root, ...recorded.data].map((disk, index) => {
    const target = [made.root, ...made.data][index];
    if (target && target.sizeBytes >= disk.sizeBytes) return { recorded: disk, target };
    throw new ProviderError('corrupt', `the new machine has no disk that volume ${disk.uuid} of the backup fits on`);
  });
}
