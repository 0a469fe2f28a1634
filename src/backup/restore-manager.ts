import { randomUUID } from 'node:crypto';
import { assertMayUse } from '../account/access.js';
import { runningJob, type CallContext } from '../call-context.js';
import type { Backup } from '../dao/backup-dao.js';
import type { Database } from '../dao/database.js';
import type { Vm } from '../dao/vm-dao.js';
import type { Volume as VolumeRow } from '../dao/volume-dao.js';
import type { Zone } from '../dao/zone-dao.js';
import { invalid, refused } from '../errors.js';
import { machineOf, visibleState } from '../inventory/facts.js';
import type { InventoryCopy } from '../inventory/inventory-copy.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import { operationOf } from '../plugin-host/operation.js';
import type { PluginInstances } from '../plugin-host/plugin-instances.js';
import type { Volume } from '../provider/index.js';
import type { BackupManager } from './backup-manager.js';
import type { BackupFramework } from './backup-framework.js';
import type { Manifest } from './manifest.js';
import { assertRestored, pairUp, restorable, zoneOf, type Restorable } from './restoring.js';

/** What a caller says about a restore beyond the backup; each must agree with the backup. */
export interface RestoreWish {
  readonly vmUuid: string | undefined;
  readonly zoneUuid: string | undefined;
}

const RESTORABLE: ReadonlySet<string> = new Set(['Stopped', 'Destroyed']);

/** Puts machines and volumes back from backups: decides and records, acts, records the outcome. */
export class RestoreManager {
  constructor(
    private readonly db: Database,
    private readonly zones: ZoneDirectory,
    private readonly framework: BackupFramework,
    private readonly backups: BackupManager,
    private readonly plugins: PluginInstances,
    private readonly copy: InventoryCopy,
    private readonly now: () => Date,
  ) {}

  /** Puts the machine back as the backup holds it, in place. The machine must be off. If it fails, the end of the job takes the marks away. */
  async restoreMachine(backupUuid: string, { vmUuid, zoneUuid }: RestoreWish, call: CallContext): Promise<void> {
    const { backup, manifest, zone } = await this.usable(backupUuid, zoneUuid, call);
    const { machine } = manifest;
    if (vmUuid !== undefined && vmUuid !== machine.uuid)
      throw invalid('virtualmachineid', `backup ${backupUuid} is of virtual machine ${machine.uuid}`);
    const { vm, isKnown } = await this.copy.refresh(machine.uuid, call.signal);
    assertMayUse(call.caller, vm, `virtual machine ${vm.uuid}`);
    const { operationId } = runningJob(call);
    if (vm.restoreOperation !== operationId) await this.begin(vm, isKnown, manifest, operationId);
    await this.putBack(backup, manifest, vm, zone, call);
    await this.db.transaction(async ({ vms, volumes }) => {
      await vms.endRestore(operationId);
      await volumes.endRestore(operationId);
    });
  }

  /** Restores one volume of a backup as a new volume, attached to a machine of the same zone. */
  async restoreVolume(
    backupUuid: string,
    volumeUuid: string,
    targetUuid: string,
    zoneUuid: string | undefined,
    call: CallContext,
  ): Promise<void> {
    const { backup, manifest, zone } = await this.usable(backupUuid, zoneUuid, call);
    const source = manifest.volumes.find(({ uuid }) => uuid === volumeUuid.toLowerCase());
    if (!source)
      throw refused(`backup ${backupUuid} holds no volume ${volumeUuid}; it holds ${manifest.volumes.map(({ uuid }) => uuid).join(', ')}`);
    const target = await this.copy.refreshExisting(targetUuid, call.signal);
    await this.checkTarget(target, zone, call);
    const provider = this.framework.provider(backup.provider, zone);
    if (!provider.capabilities.restoreVolume) throw refused(`backup provider ${backup.provider} cannot restore a single volume`);
    const row = await this.announce(source, target, zone, call);
    if (row.state !== 'Copying') return;
    const request = { ...operationOf(call, 'restoreVolume'), zone: zoneOf(zone), externalId: manifest.externalId, volume: source };
    const restored = await provider.restoreVolume({ ...request, target: machineOf(target), newVolumeUuid: row.uuid }, call.signal);
    assertRestored({ recorded: source, target: { uuid: row.uuid, sizeBytes: source.sizeBytes } }, restored);
    const attachment = { ...operationOf(call, 'adoptRestoredVolume'), machineUuid: target.uuid, name: row.name, restored };
    const facts = await this.plugins.inventory(zone).adoptRestoredVolume(attachment, call.signal);
    await this.copy.recordVolume(zone, facts, target);
  }

  /** The backup, if the caller may restore it and it can be restored now. */
  private async usable(
    uuid: string,
    zoneUuid: string | undefined,
    { caller }: CallContext,
  ): Promise<{ backup: Backup; manifest: Restorable; zone: Zone }> {
    const backup = await this.backups.get(caller, uuid);
    const manifest = restorable(backup);
    const zone = this.zones.getById(backup.zoneId);
    if (zoneUuid !== undefined && zoneUuid !== zone.uuid) throw invalid('zoneid', `backup ${uuid} is in zone ${zone.uuid}`);
    this.framework.assertEnabled(zone);
    return { backup, manifest, zone };
  }

  private async begin(vm: Vm, isKnown: boolean, { volumes }: Manifest, operationId: string): Promise<void> {
    if (vm.state === 'Expunging') throw refused(`virtual machine ${vm.uuid} has been expunged; it cannot be restored in place`);
    // A machine that its source has lost is off, whatever it was when it was last seen.
    const state = isKnown || vm.restoreOperation !== null ? visibleState(vm) : 'Stopped';
    if (!RESTORABLE.has(state)) throw refused(`virtual machine ${vm.uuid} is ${state}; stop it before it is restored`);
    await this.db.transaction(async (daos) => {
      const current = await daos.volumes.listByVm(vm.id);
      if (current.length !== volumes.length) {
        throw refused(
          `virtual machine ${vm.uuid} has ${current.length} volumes and the backup holds ${volumes.length}; attach or detach volumes first`,
        );
      }
      const uuids = volumes.map(({ uuid }) => uuid);
      const rows = await daos.volumes.listByUuidsIncludingRemoved(uuids);
      const elsewhere = rows.find(({ vmId, removed }) => !removed && vmId !== null && vmId !== vm.id);
      if (elsewhere) throw refused(`volume ${elsewhere.uuid} of the backup is attached to another virtual machine; detach it first`);
      if (!(await daos.vms.beginRestore(vm.id, operationId))) throw refused(`virtual machine ${vm.uuid} is being restored already`);
      await daos.volumes.beginRestore(uuids, operationId);
    });
  }

  private async putBack({ provider }: Backup, manifest: Restorable, vm: Vm, zone: Zone, call: CallContext): Promise<void> {
    const { machine, volumes, externalId } = manifest;
    const request = { ...operationOf(call, 'restoreMachine'), zone: zoneOf(zone), machine, externalId, volumes };
    const restored = await this.framework.provider(provider, zone).restoreMachine(request, call.signal);
    const inPlace = volumes.map((recorded) => ({ recorded, target: recorded }));
    const pairs = pairUp(inPlace, restored).map(({ recorded, restored: back }) => ({ recorded, restored: back }));
    const adoption = { ...operationOf(call, 'adoptRestoredMachine'), machine, volumes: pairs };
    const facts = await this.plugins.inventory(zone).adoptRestoredMachine(adoption, call.signal);
    await this.copy.record(zone, facts, vm, call.signal);
  }

  private async checkTarget(target: Vm, zone: Zone, { caller }: CallContext): Promise<void> {
    assertMayUse(caller, target, `virtual machine ${target.uuid}`);
    if (target.zoneId !== zone.id) throw refused(`virtual machine ${target.uuid} is in another zone than the backup`);
    if (!this.framework.allowsVolumeChanges() && (await this.db.daos.assignments.findByVm(target.id))) {
      throw refused(`virtual machine ${target.uuid} has a backup offering; volumes cannot be attached to it until it is removed from that`);
    }
  }

  /** Records the volume that will be made; a job that is run again after a crash finds it. */
  private async announce(source: Volume, target: Vm, zone: Zone, call: CallContext): Promise<VolumeRow> {
    const { operationId } = runningJob(call);
    const known = await this.db.daos.volumes.findByOperation(operationId);
    if (known) return known;
    const row: Omit<VolumeRow, 'id'> = {
      uuid: randomUUID(),
      zoneId: zone.id,
      accountId: target.accountId,
      domainId: target.domainId,
      vmId: null,
      name: `RestoredVol-${source.name}`.slice(0, 255),
      type: 'DATADISK',
      deviceNumber: null,
      sizeBytes: source.sizeBytes,
      path: '',
      digest: null,
      state: 'Copying',
      operationId,
      restoreOperation: null,
      created: this.now(),
      removed: null,
    };
    return this.db.transaction(({ volumes }) => volumes.insert(row));
  }
}
