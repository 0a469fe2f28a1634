import { assertMayUse } from '../account/access.js';
import type { CallContext } from '../call-context.js';
import type { Backup } from '../dao/backup-dao.js';
import type { Database } from '../dao/database.js';
import type { Vm } from '../dao/vm-dao.js';
import type { Zone } from '../dao/zone-dao.js';
import { found, refused } from '../errors.js';
import type { MachineParts } from '../inventory/machine-make.js';
import { newNics } from '../inventory/new-nics.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import type { PluginInstances } from '../plugin-host/plugin-instances.js';
import type { BackupProvider, Machine, Volume, VolumeFacts } from '../provider/index.js';
import type { BackupFramework } from './backup-framework.js';
import type { BackupManager } from './backup-manager.js';
import { blocks, refusalOf, type Finding } from './finding.js';
import { asBackedUp, disksOf, partsFromBackup, type MachineFromBackup } from './machine-from-backup.js';
import { readManifest, type Manifest } from './manifest.js';
import {
  backupFindings,
  elsewhereFindings,
  planInPlace,
  planSingleVolume,
  presentOf,
  roomFindings,
  type BackupFacts,
  type Plan,
  type PlannedVolume,
  type RestorePlan,
  type TargetFacts,
} from './restore-plan.js';

/** What a caller says about a restore beyond the backup. */
export interface RestoreWish {
  readonly vmUuid: string | undefined;
  readonly zoneUuid: string | undefined;
}

/** What every restore needs to be carried out. */
interface Work {
  readonly provider: BackupProvider;
  readonly manifest: Manifest;
  readonly externalId: string;
  /** Where the backup is. */
  readonly backupZone: Zone;
}

export interface InPlaceWork extends Work {
  readonly vm: Vm;
}

export interface SingleVolumeWork extends Work {
  readonly recorded: Volume;
  readonly vm: Vm;
  /** The machine as its inventory source has it. */
  readonly machine: Machine;
}

export interface NewMachineWork extends Work {
  /** Where the machine will be. */
  readonly zone: Zone;
  readonly parts: MachineParts;
}

/** A backup and all that is known of it. */
interface Source {
  readonly backup: Backup;
  readonly provider: BackupProvider;
  readonly zone: Zone;
  readonly facts: BackupFacts;
}

/** Plans restores: finds out what there is, and says what would happen and what is wrong with it. Changes nothing. */
export class RestorePlanner {
  constructor(
    private readonly db: Database,
    private readonly zones: ZoneDirectory,
    private readonly framework: BackupFramework,
    private readonly backups: BackupManager,
    private readonly plugins: PluginInstances,
  ) {}

  /** Of a volume, if one is named; of a new machine, if only a zone is; else of the machine in place. */
  async plan(backupUuid: string, volumeUuid: string | undefined, wish: RestoreWish, call: CallContext): Promise<RestorePlan> {
    if (volumeUuid !== undefined) return this.planVolume(backupUuid, volumeUuid, wish, call);
    const { vmUuid, zoneUuid } = wish;
    if (vmUuid === undefined && zoneUuid !== undefined) return this.planNewMachine(backupUuid, asBackedUp(zoneUuid), call);
    return this.planMachine(backupUuid, wish, call);
  }

  /** Of putting the machine of the backup back in place. */
  async planMachine(backupUuid: string, { vmUuid, zoneUuid }: RestoreWish, call: CallContext): Promise<Plan<InPlaceWork>> {
    const source = await this.source(backupUuid, zoneUuid, call);
    const { manifest } = source.facts;
    if (vmUuid !== undefined) await this.usableVm(vmUuid, call);
    const vm = await this.usableVm(manifest.machine.uuid, call);
    const target = await this.target(vm, call);
    const attached = target.source ? target.source.volumes.map(presentOf) : await this.db.daos.volumes.listByVm(vm.id);
    const here = new Set(attached.map(({ uuid }) => uuid));
    const detached = await this.lookUp(
      source.zone,
      manifest.volumes.filter(({ uuid }) => !here.has(uuid)),
      call,
    );
    const plan = planInPlace({ ...source.facts, vmUuid, target, attached, detached });
    return { ...plan, kind: 'Machine', work: workOf(source, { vm }) };
  }

  /** Refuses if a volume of the backup has come to another machine since it was planned, or may by a job. */
  async assertNotTaken({ vm, manifest: { volumes }, backupZone }: InPlaceWork, call: CallContext): Promise<void> {
    const uuids = volumes.map(({ uuid }) => uuid);
    // The jobs first: what one has done that has ended by then, the source tells.
    if (await this.db.daos.jobs.isPendingBeside(vm.uuid, uuids)) {
      throw refused(`a job is about a volume that the backup of virtual machine ${vm.uuid} holds; restore it afterwards`);
    }
    const refusal = refusalOf([...elsewhereFindings(vm, await this.lookUp(backupZone, volumes, call))]);
    if (refusal) throw refusal;
  }

  /** Of restoring one volume to a machine, which is that of the backup unless another one is named. */
  async planVolume(backupUuid: string, volumeUuid: string, wish: RestoreWish, call: CallContext): Promise<Plan<SingleVolumeWork>> {
    const source = await this.source(backupUuid, wish.zoneUuid, call);
    const { manifest } = source.facts;
    const vmUuid = wish.vmUuid ?? manifest.machine.uuid;
    const vm = found(await this.db.daos.vms.findByUuid(vmUuid), 'virtual machine', vmUuid);
    assertMayUse(call.caller, vm, `virtual machine ${vm.uuid}`);
    const target = await this.target(vm, call);
    const isProtected = (await this.db.daos.assignments.findByVm(vm.id)) !== undefined;
    const isClosed = isProtected && !this.framework.allowsVolumeChanges();
    const isInZone = vm.zoneId === source.zone.id;
    const plan = planSingleVolume({ ...source.facts, target, volumeUuid: volumeUuid.toLowerCase(), isInZone, isClosed });
    const [volume] = plan.volumes;
    const work = volume && target.source && workOf(source, { recorded: volume.recorded, vm, machine: target.source.machine });
    return { ...plan, kind: 'Volume', work };
  }

  /** Of making a new machine of the backup. */
  async planNewMachine(backupUuid: string, wish: MachineFromBackup, call: CallContext): Promise<Plan<NewMachineWork>> {
    const zone = this.zones.get(wish.zoneUuid);
    const source = await this.source(backupUuid, undefined, call);
    const { manifest } = source.facts;
    const findings = [...backupFindings(source.facts), ...(await this.reachFindings(source, zone))];
    const inventory = this.plugins.inventory(zone);
    const catalogue = await inventory.readCatalogue(call.signal);
    const parts = partsFromBackup({ ...wish, nics: newNics(wish.nics) }, manifest, catalogue, findings);
    const volumes = placesOf(manifest, parts, zone);
    // A job that is run again may have taken the room itself.
    if (!call.job?.isRepeat) findings.push(...roomFindings(volumes, await inventory.freeBytes?.(call.signal)));
    const work = parts && workOf(source, { zone, parts });
    return { kind: 'NewMachine', backupUuid, volumes, findings, work };
  }

  /** The backup, which the caller must be allowed to use. */
  private async source(uuid: string, zoneUuid: string | undefined, { caller, signal }: CallContext): Promise<Source> {
    const backup = await this.backups.get(caller, uuid);
    if (zoneUuid !== undefined) this.zones.get(zoneUuid);
    const zone = this.zones.getById(backup.zoneId);
    const provider = this.framework.provider(backup.provider, zone);
    const isEnabled = this.framework.isEnabled(zone);
    const { status, externalId } = backup;
    const isHeld = isEnabled && status === 'BackedUp' && externalId !== null;
    const held = isHeld && provider.findBackup ? ((await provider.findBackup(externalId, signal)) ?? null) : undefined;
    const capabilities = await provider.capabilities(signal);
    const facts = { backup, manifest: readManifest(backup.manifest), zone, zoneUuid, isEnabled, capabilities, held };
    return { backup, provider, zone, facts };
  }

  private async usableVm(uuid: string, { caller }: CallContext): Promise<Vm> {
    const vm = found(await this.db.daos.vms.findByUuidIncludingRemoved(uuid), 'virtual machine', uuid);
    assertMayUse(caller, vm, `virtual machine ${uuid}`);
    return vm;
  }

  private async target(vm: Vm, { job, signal }: CallContext): Promise<TargetFacts> {
    const inventory = this.plugins.inventory(this.zones.getById(vm.zoneId));
    const [source, room] = [await inventory.findMachine(vm.uuid, signal), await inventory.freeBytes?.(signal)];
    const isRestoring = vm.restoreOperation !== null && vm.restoreOperation !== job?.operationId;
    return { vm, room, source, isRestoring, isAwaited: await this.db.daos.jobs.isPendingOn(vm.uuid, job?.operationId) };
  }

  private async lookUp(zone: Zone, volumes: readonly Volume[], { signal }: CallContext): Promise<readonly VolumeFacts[]> {
    const inventory = this.plugins.inventory(zone);
    const facts = await Promise.all(volumes.map(({ uuid }) => inventory.findVolume(uuid, signal)));
    return facts.flatMap((each) => each ?? []);
  }

  /** What keeps the provider, or the repository that the backup is in, from making a machine in the zone. */
  private async reachFindings({ backup, zone, facts }: Source, target: Zone): Promise<readonly Finding[]> {
    const { fillMachine, crossZone } = facts.capabilities;
    const findings: Finding[] = [];
    if (!fillMachine) findings.push(blocks(refused(`backup provider ${backup.provider} cannot make a new machine of a backup`)));
    if (zone.id === target.id) return findings;
    if (!crossZone) findings.push(blocks(refused(`backup provider ${backup.provider} makes machines only in the zone of the backup`)));
    const offering = await this.db.daos.offerings.findByIdIncludingRemoved(backup.policyId);
    const repository = offering && (await this.db.daos.repositories.findByUuid(offering.externalId));
    if (!repository || repository.crossZone) return findings;
    const why = `backup repository ${repository.uuid} does not allow machines in other zones; set crosszoneinstancecreation of it`;
    return [...findings, blocks(refused(why))];
  }
}

/** What is needed to carry a restore out; undefined for a backup that its provider has never confirmed. */
const workOf = <T>({ backup, provider, zone, facts }: Source, more: T): (Work & T) | undefined =>
  backup.externalId === null ? undefined : { ...more, provider, manifest: facts.manifest, externalId: backup.externalId, backupZone: zone };

/** Where the volumes go in a new machine: as large as it will have them or, if it cannot be made, as they were. */
function placesOf(manifest: Manifest, parts: MachineParts | undefined, zone: Zone): readonly PlannedVolume[] {
  const place = (recorded: Volume, sizeBytes: number) => ({ recorded, sizeBytes, machineUuid: undefined, zone, overwrites: undefined });
  if (!parts) return manifest.volumes.map((recorded) => place(recorded, recorded.sizeBytes));
  const { root, data } = disksOf(manifest);
  return [place(root, parts.rootSizeBytes), ...data.map((disk, index) => place(disk, parts.dataSizesBytes[index] ?? disk.sizeBytes))];
}
