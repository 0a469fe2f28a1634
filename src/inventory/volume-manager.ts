import { mayUse, assertMayUse, type Access, type Owner, type OwnerNamed, type OwnerWish } from '../account/access.js';
import { runningJob, type CallContext, type Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import type { Vm } from '../dao/vm-dao.js';
import type { Volume, VolumeView } from '../dao/volume-dao.js';
import type { Zone } from '../dao/zone-dao.js';
import { ApiError, found, invalid, lookUp, refused } from '../errors.js';
import { operationOf } from '../plugin-host/operation.js';
import type { PluginInstances } from '../plugin-host/plugin-instances.js';
import type { VolumeFacts } from '../provider/index.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';
import { stateNamed } from './facts.js';
import type { InventoryCopy } from './inventory-copy.js';
import { diskSize, entryOf } from './machine-make.js';
import type { MachineManager } from './machine-manager.js';
import type { ZoneDirectory } from './zone-directory.js';

/** What a list of volumes is narrowed by. */
export interface VolumeWish {
  readonly uuid: string | undefined;
  readonly uuids: readonly string[] | undefined;
  readonly name: string | undefined;
  readonly state: string | undefined;
  readonly type: string | undefined;
  readonly zoneUuid: string | undefined;
  readonly vmUuid: string | undefined;
  readonly keyword: string | undefined;
}

/** What a new volume is made of. */
export interface NewVolume extends OwnerNamed {
  readonly zoneUuid: string;
  readonly name: string;
  readonly diskOfferingUuid: string | undefined;
  /** Undefined if the disk offering has a size. */
  readonly sizeBytes: number | undefined;
}

/** The volumes: each action is the inventory source's, and what came of it is copied. */
export class VolumeManager {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly zones: ZoneDirectory,
    private readonly plugins: PluginInstances,
    private readonly copy: InventoryCopy,
    private readonly machines: MachineManager,
    private readonly settings: DynamicSettings,
  ) {}

  async list(caller: Caller, owners: OwnerWish, wish: VolumeWish, page: Page): Promise<Listing<VolumeView>> {
    const { uuid, zoneUuid, vmUuid, ...plain } = wish;
    const one = uuid === undefined ? undefined : await this.find(uuid);
    if (one && !mayUse(caller, one)) return { rows: [], total: 0 };
    const vm = await lookUp(vmUuid, 'virtual machine', (id) => this.db.daos.vms.findByUuid(id));
    if (vm && !mayUse(caller, vm)) return { rows: [], total: 0 };
    const zoneId = zoneUuid === undefined ? undefined : this.zones.get(zoneUuid).id;
    const filter = { ...plain, state: stateNamed(plain.state), id: one?.id, vmId: vm?.id, zoneId };
    return this.db.daos.volumes.list({ ...filter, ...(await this.access.owners(caller, owners)) }, page);
  }

  /** The volume, which the caller must be allowed to use. */
  async get(caller: Caller, uuid: string): Promise<Volume> {
    const volume = await this.find(uuid);
    assertMayUse(caller, volume, `volume ${uuid}`);
    return volume;
  }

  /** Checks what can be checked before a volume is made: the zone, the owner and the size. */
  async checkNew(wish: NewVolume, { caller, signal }: CallContext): Promise<{ zone: Zone; owner: Owner; sizeBytes: number }> {
    const zone = this.zones.get(wish.zoneUuid);
    const owner = await this.access.owner(caller, wish);
    const { diskOfferings } = await this.plugins.inventory(zone).readCatalogue(signal);
    const sizeBytes = diskSize(entryOf(diskOfferings, wish.diskOfferingUuid, 'disk offering'), wish.sizeBytes);
    return { zone, owner, sizeBytes };
  }

  async create(wish: NewVolume, call: CallContext): Promise<VolumeView> {
    const { zone, owner, sizeBytes } = await this.checkNew(wish, call);
    const job = runningJob(call);
    const volumeUuid = job.instanceUuid ?? job.operationId;
    const request = { ...operationOf(call, 'createVolume'), volumeUuid, name: wish.name, sizeBytes };
    const facts = await this.plugins.inventory(zone).createVolume(request, call.signal);
    await this.copy.recordVolume(zone, facts, owner);
    return this.view(volumeUuid);
  }

  /** Refuses to change the volumes of a machine whose backups would no longer match it. */
  async assertMayChange(vm: Pick<Vm, 'id' | 'uuid'>): Promise<void> {
    if (this.settings.get('backup.enable.attach.detach.of.volumes') || !(await this.db.daos.assignments.findByVm(vm.id))) return;
    throw new ApiError(
      'invalid_value',
      `virtual machine ${vm.uuid} is in a backup offering; its volumes stay as they are until it is removed from that`,
    );
  }

  async attach(uuid: string, vmUuid: string, deviceNumber: number | undefined, call: CallContext): Promise<VolumeView> {
    const volume = await this.get(call.caller, uuid);
    const vm = await this.machines.get(call.caller, vmUuid);
    if (volume.zoneId !== vm.zoneId)
      throw invalid('virtualmachineid', `virtual machine ${vmUuid} and volume ${uuid} are in different zones`);
    assertNotRestoring(volume);
    await this.assertMayChange(vm);
    const request = {
      ...operationOf(call, 'attachVolume'),
      volumeUuid: uuid,
      machineUuid: vmUuid,
      ...(deviceNumber === undefined ? {} : { deviceNumber }),
    };
    return this.record(volume, await this.plugins.inventory(this.zones.getById(vm.zoneId)).attachVolume(request, call.signal));
  }

  async detach(uuid: string, call: CallContext): Promise<VolumeView> {
    const volume = await this.get(call.caller, uuid);
    assertNotRestoring(volume);
    const vm = await this.machineOf(volume);
    if (vm) await this.assertMayChange(vm);
    const source = this.plugins.inventory(this.zones.getById(volume.zoneId));
    return this.record(volume, await source.detachVolume({ ...operationOf(call, 'detachVolume'), volumeUuid: uuid }, call.signal));
  }

  /** The machine that the volume is attached to. */
  async machineOf({ vmId }: Volume): Promise<Vm | undefined> {
    return vmId === null ? undefined : this.db.daos.vms.findByIdIncludingRemoved(vmId);
  }

  private async record(volume: Volume, facts: VolumeFacts): Promise<VolumeView> {
    await this.copy.recordVolume(this.zones.getById(volume.zoneId), facts, volume);
    return this.view(volume.uuid);
  }

  private async find(uuid: string): Promise<Volume> {
    return found(await this.db.daos.volumes.findByUuid(uuid), 'volume', uuid);
  }

  private async view(uuid: string): Promise<VolumeView> {
    const view = await this.db.daos.volumes.findView(uuid);
    if (!view) throw new ApiError('internal', `volume ${uuid} was not recorded`);
    return view;
  }
}

/** Refuses what cannot be done with a volume while it is written or deleted. */
function assertNotRestoring(volume: Volume): void {
  if (volume.state === 'Copying' || volume.restoreOperation !== null) throw beingRestored(volume);
}

/** Something else works on the volume. */
export const beingRestored = ({ uuid }: Volume): ApiError =>
  refused(`volume ${uuid} is being restored or deleted; ask again when that has ended`);
