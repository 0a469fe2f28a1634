import type { Owner } from '../account/access.js';
import type { Daos, Database } from '../dao/database.js';
import type { Vm } from '../dao/vm-dao.js';
import type { Volume } from '../dao/volume-dao.js';
import type { Zone } from '../dao/zone-dao.js';
import { found, NotFound, refused } from '../errors.js';
import type { PluginInstances } from '../plugin-host/plugin-instances.js';
import type { MachineFacts, VolumeFacts } from '../provider/index.js';
import { placeOf, vmFactsOf, volumeFactsOf } from './facts.js';
import { endMarks } from './marked-work.js';
import type { ZoneDirectory } from './zone-directory.js';

/** Whose a machine is, and who had it made if anybody here did. */
export interface MachineOwner extends Owner {
  readonly userId?: number | null;
}

/** Keeps the copy of machines and volumes in step with the zones' inventory sources, which are the truth. */
export class InventoryCopy {
  constructor(
    private readonly db: Database,
    private readonly zones: ZoneDirectory,
    private readonly plugins: PluginInstances,
    private readonly now: () => Date,
  ) {}

  /** Asks the source how the machine is now and answers its row; `isKnown` is false for a machine that the source does not have. */
  async refresh(vmUuid: string, signal: AbortSignal): Promise<{ vm: Vm; isKnown: boolean }> {
    const known = found(await this.db.daos.vms.findByUuidIncludingRemoved(vmUuid), 'virtual machine', vmUuid);
    const zone = this.zones.getById(known.zoneId);
    const facts = await this.plugins.inventory(zone).findMachine(vmUuid, signal);
    // The row stays: a source that is set wrongly for a while must not make machines vanish.
    return facts ? { vm: await this.record(zone, facts, known, signal), isKnown: true } : { vm: known, isKnown: false };
  }

  /** As `refresh`, for what cannot be done with a machine that is gone. */
  async refreshExisting(vmUuid: string, signal: AbortSignal): Promise<Vm> {
    const { vm, isKnown } = await this.refresh(vmUuid, signal);
    if (vm.removed) throw new NotFound('virtual machine', vmUuid);
    if (!isKnown) throw refused(`the inventory source of the zone does not know virtual machine ${vmUuid}`);
    return vm;
  }

  /** Writes down what a source says of a machine and its volumes; a machine that is new here belongs to `owner`. */
  async record(zone: Zone, facts: MachineFacts, owner: MachineOwner, signal: AbortSignal): Promise<Vm> {
    if (facts.state === 'Expunging') return this.recordExpunged(facts);
    return this.db.transaction(await this.recording(zone, facts, owner, signal));
  }

  /** As `record`, for a machine that a command has brought back: ends the marks of that, without which nothing is recorded. */
  async recordRecovered(zone: Zone, facts: MachineFacts, vm: Vm, recovery: string, signal: AbortSignal): Promise<void> {
    const record = await this.recording(zone, facts, vm, signal);
    await this.db.change(async (daos) => {
      if (!(await endMarks(daos, recovery))) throw refused(`virtual machine ${vm.uuid} has been recovered or expunged meanwhile`);
      await record(daos);
    });
  }

  private async recording(zone: Zone, facts: MachineFacts, owner: MachineOwner, signal: AbortSignal): Promise<(daos: Daos) => Promise<Vm>> {
    const strays = await this.strays(zone, facts, signal);
    return async (daos) => {
      const vm = await this.saveMachine(daos, zone, facts, owner);
      for (const volume of facts.volumes) await this.saveVolume(daos, zone, volume, vm.id, vm);
      for (const [known, volume] of strays) await this.saveStray(daos, known, volume);
      return vm;
    };
  }

  /** Writes down what a source says of one volume; one that is new here belongs to `owner`. */
  async recordVolume(zone: Zone, facts: VolumeFacts, owner: Owner): Promise<void> {
    await this.db.transaction((daos) => this.recordVolumeWith(daos, zone, facts, owner));
  }

  /** As `recordVolume`, as part of a transaction. */
  async recordVolumeWith(daos: Daos, zone: Zone, facts: VolumeFacts, owner: Owner): Promise<void> {
    const vm = facts.machineUuid === undefined ? undefined : await daos.vms.findByUuid(facts.machineUuid);
    await this.saveVolume(daos, zone, facts, vm?.id ?? null, owner);
  }

  /** Writes down that a volume is gone, as part of a transaction, and ends the marks of its deletion. */
  async recordDeletedVolumeWith(daos: Daos, { id }: Pick<Volume, 'id'>, deletion: string): Promise<void> {
    await daos.volumes.markRemoved([id], this.now());
    await endMarks(daos, deletion);
  }

  /** The volumes that the copy has on the machine and the source has not, with what the source says of them. */
  private async strays(zone: Zone, { machine, volumes }: MachineFacts, signal: AbortSignal): Promise<Map<Volume, VolumeFacts | undefined>> {
    const vm = await this.db.daos.vms.findByUuidIncludingRemoved(machine.uuid);
    const attached = vm ? await this.db.daos.volumes.listByVm(vm.id) : [];
    const here = new Set(volumes.map(({ volume }) => volume.uuid));
    const strays = new Map<Volume, VolumeFacts | undefined>();
    for (const known of attached) {
      if (!here.has(known.uuid)) strays.set(known, await this.plugins.inventory(zone).findVolume(known.uuid, signal));
    }
    return strays;
  }

  private async saveMachine(daos: Daos, zone: Zone, facts: MachineFacts, owner: MachineOwner): Promise<Vm> {
    const known = await daos.vms.findByUuidIncludingRemoved(facts.machine.uuid);
    const columns = vmFactsOf(facts);
    if (known) {
      await daos.vms.updateFacts(known.id, columns);
      return { ...known, ...columns };
    }
    const { accountId, domainId, userId = null } = owner;
    const about = { uuid: facts.machine.uuid, zoneId: zone.id, created: facts.created };
    return daos.vms.insert({ ...columns, ...about, accountId, domainId, userId, restoreOperation: null });
  }

  private async saveVolume(daos: Daos, zone: Zone, facts: VolumeFacts, vmId: number | null, { accountId, domainId }: Owner): Promise<void> {
    const [known] = await daos.volumes.listByUuidsIncludingRemoved([facts.volume.uuid]);
    const columns = volumeFactsOf(facts, placeOf(known, vmId, this.now()));
    if (known) return daos.volumes.updateFacts(known.id, columns);
    const { uuid } = facts.volume;
    await daos.volumes.insert({
      ...columns,
      uuid,
      zoneId: zone.id,
      accountId,
      domainId,
      operationId: null,
      restoreOperation: null,
      created: facts.created,
    });
  }

  private async saveStray(daos: Daos, known: Volume, facts: VolumeFacts | undefined): Promise<void> {
    if (!facts) return daos.volumes.markRemoved([known.id], this.now());
    const vm = facts.machineUuid === undefined ? undefined : await daos.vms.findByUuid(facts.machineUuid);
    await daos.volumes.updateFacts(known.id, volumeFactsOf(facts, placeOf(known, vm?.id ?? null, this.now())));
  }

  private async recordExpunged({ machine }: MachineFacts): Promise<Vm> {
    return this.db.transaction(async (daos) => {
      const vm = found(await daos.vms.findByUuidIncludingRemoved(machine.uuid), 'virtual machine', machine.uuid);
      const removed = this.now();
      await daos.vms.markExpunged(vm.id, removed);
      await daos.schedules.deleteByVm(vm.id);
      const volumes = await daos.volumes.listByVm(vm.id);
      await daos.volumes.markRemoved(
        volumes.map(({ id }) => id),
        removed,
      );
      return { ...vm, state: 'Expunging', removed };
    });
  }
}
