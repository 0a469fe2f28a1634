import type { Backup } from '../dao/backup-dao.js';
import type { RestoreKind } from '../dao/restore-dao.js';
import type { Vm } from '../dao/vm-dao.js';
import { ApiError, invalid, refused } from '../errors.js';
import type { Capabilities, MachineFacts, ProviderBackup, Volume, VolumeFacts, Zone } from '../provider/index.js';
import { blocks, refusalOf, warns, type Finding } from './finding.js';
import type { Manifest } from './manifest.js';

/** A volume as it is before the restore. */
export interface PresentVolume {
  readonly uuid: string;
  readonly sizeBytes: number;
  /** When its content was last written, where its source can tell. */
  readonly changed?: Date;
}

/** Where the content of one backed-up volume goes. */
export interface PlannedVolume {
  readonly recorded: Volume;
  /** How large it will be. */
  readonly sizeBytes: number;
  /** The machine that gets it; undefined if the machine is made too. */
  readonly machineUuid: string | undefined;
  readonly zone: Zone;
  /** What is lost; undefined if a volume is made for it. */
  readonly overwrites: PresentVolume | undefined;
}

/** What a restore would do, and all that is wrong with that. */
export interface RestorePlan {
  readonly kind: RestoreKind;
  readonly backupUuid: string;
  readonly volumes: readonly PlannedVolume[];
  readonly findings: readonly Finding[];
}

/** A plan with what is needed to carry it out; undefined only where something blocks it. */
export interface Plan<W> extends RestorePlan {
  readonly work: W | undefined;
}

/** What is to be done; refuses if anything blocks it, unless the job has begun before a crash. */
export function decide<W>({ findings, work, backupUuid }: Plan<W>, isBegun: boolean): W {
  const refusal = refusalOf(findings);
  if (refusal && (!isBegun || !work)) throw refusal;
  if (!work) throw new ApiError('internal', `nothing blocks the restore of backup ${backupUuid}, and it has no plan`);
  return work;
}

/** What is known of a backup that is to be restored. */
export interface BackupFacts {
  readonly backup: Pick<Backup, 'uuid' | 'status' | 'externalId' | 'provider'>;
  readonly manifest: Manifest;
  readonly zone: Zone;
  /** Whether backups work in the zone. */
  readonly isEnabled: boolean;
  readonly capabilities: Capabilities;
  /** How its provider has it; null if the provider has none of that name, undefined if it was not asked. */
  readonly held: ProviderBackup | null | undefined;
  /** The zone that the caller has named. */
  readonly zoneUuid: string | undefined;
}

/** How many bytes the zone of the volumes has room for; undefined if its inventory source does not say. */
export type Room = number | undefined;

/** What is known of the machine that is to get the volumes. */
export interface TargetFacts {
  readonly vm: Pick<Vm, 'uuid' | 'state'>;
  readonly room: Room;
  /** How its inventory source has it; undefined if the source does not know it. */
  readonly source: MachineFacts | undefined;
  /** Whether another restore is at it. */
  readonly isRestoring: boolean;
  /** Whether other jobs come before this one. */
  readonly isAwaited: boolean;
}

/** What is known of a machine that is to be put back in place. */
export interface InPlaceFacts extends BackupFacts {
  readonly target: TargetFacts;
  /** The machine that the caller has named. */
  readonly vmUuid: string | undefined;
  /** What the machine has now. */
  readonly attached: readonly PresentVolume[];
  /** How the inventory source has those volumes of the backup that the machine does not have. */
  readonly detached: readonly VolumeFacts[];
}

/** What is known of a volume that is to be attached to a machine. */
export interface SingleVolumeFacts extends BackupFacts {
  readonly target: TargetFacts;
  readonly volumeUuid: string;
  readonly isInZone: boolean;
  /** Whether its backup offering keeps volumes from being attached to it. */
  readonly isClosed: boolean;
}

const OFF: ReadonlySet<string> = new Set(['Stopped', 'Destroyed']);
const GONE: ReadonlySet<string> = new Set(['Destroyed', 'Expunging', 'Error']);

/** The machine is off and the backup fits on the volumes that it has. */
export function planInPlace(facts: InPlaceFacts): Omit<RestorePlan, 'kind'> {
  const { backup, manifest, zone, target, attached, detached } = facts;
  const present = [...attached, ...detached.map(presentOf)];
  const volumes = manifest.volumes.map((recorded) => ({
    recorded,
    sizeBytes: recorded.sizeBytes,
    machineUuid: target.vm.uuid,
    zone,
    overwrites: present.find(({ uuid }) => uuid === recorded.uuid),
  }));
  const findings = [
    ...backupFindings(facts),
    ...inPlaceFindings(facts),
    ...targetFindings(target),
    ...elsewhereFindings(target.vm, detached),
    ...strayFindings(facts),
    ...volumes.flatMap(resizeFindings),
    ...roomFindings(volumes, target.room),
  ];
  return { backupUuid: backup.uuid, volumes, findings };
}

/** The backup holds the volume, and it can be attached to the machine. */
export function planSingleVolume(facts: SingleVolumeFacts): Omit<RestorePlan, 'kind'> {
  const { backup, manifest, zone, target, volumeUuid } = facts;
  const recorded = manifest.volumes.find(({ uuid }) => uuid === volumeUuid);
  const volumes = recorded ? [{ recorded, sizeBytes: recorded.sizeBytes, machineUuid: target.vm.uuid, zone, overwrites: undefined }] : [];
  const findings = [
    ...backupFindings(facts),
    ...singleVolumeFindings(facts, recorded),
    ...targetFindings(target),
    ...roomFindings(volumes, target.room),
  ];
  return { backupUuid: backup.uuid, volumes, findings };
}

export const presentOf = ({ volume: { uuid, sizeBytes }, changed }: VolumeFacts): PresentVolume => ({
  uuid,
  sizeBytes,
  ...(changed ? { changed } : {}),
});

/** What is wrong with the backup, whatever it is restored to. */
export function* backupFindings({ backup, zone, zoneUuid, isEnabled, manifest, held }: BackupFacts): Generator<Finding> {
  const { uuid, status, externalId, provider } = backup;
  if (status !== 'BackedUp') yield blocks(refused(`backup ${uuid} is ${status}; only one that is BackedUp can be restored`));
  else if (externalId === null) yield blocks(refused(`backup ${uuid} was never confirmed by its provider; use another one`));
  if (zoneUuid !== undefined && zoneUuid !== zone.uuid) yield blocks(invalid('zoneid', `backup ${uuid} is in zone ${zone.uuid}`));
  if (!isEnabled) {
    yield blocks(refused(`backup and recovery is disabled in zone ${zone.name}; set backup.framework.enabled to true there`));
  } else if (held === null) {
    yield blocks(refused(`there is no backup ${externalId} at backup provider ${provider} any more; use another one than backup ${uuid}`));
  } else if (held !== undefined) yield* heldFindings(backup, manifest, held);
  else if (status === 'BackedUp') {
    yield warns(`backup provider ${provider} cannot be asked for a single backup: whether it still has backup ${uuid} was not checked`);
  }
}

function* heldFindings({ uuid: backup, provider }: BackupFacts['backup'], { volumes }: Manifest, held: ProviderBackup): Generator<Finding> {
  for (const { uuid, sizeBytes, digest } of volumes) {
    const there = held.volumes.find((volume) => volume.uuid === uuid);
    const says = `backup provider ${provider} has volume ${uuid} of backup ${backup}`;
    if (!there) {
      yield blocks(refused(`backup provider ${provider} no longer has volume ${uuid} of backup ${backup}; use another backup`));
    } else if (there.sizeBytes !== sizeBytes) {
      yield blocks(refused(`${says} with ${there.sizeBytes} bytes instead of ${sizeBytes}; use another backup`));
    } else if (there.digest !== undefined && digest !== undefined && there.digest !== digest) {
      yield blocks(refused(`${says} with other content than was backed up; use another backup`));
    }
  }
}

function* inPlaceFindings({ backup, manifest, target, vmUuid, attached }: InPlaceFacts): Generator<Finding> {
  const { vm, source } = target;
  if (vmUuid !== undefined && vmUuid !== manifest.machine.uuid) {
    yield blocks(invalid('virtualmachineid', `backup ${backup.uuid} is of virtual machine ${manifest.machine.uuid}`));
  }
  if (vm.state === 'Expunging') {
    yield blocks(refused(`virtual machine ${vm.uuid} has been expunged; it cannot be restored in place, make a new one of the backup`));
    return;
  }
  if (!source) yield warns(`the inventory source has lost virtual machine ${vm.uuid}; it is made again, as a stopped one`);
  else if (!OFF.has(source.state)) yield blocks(refused(`virtual machine ${vm.uuid} is ${source.state}; stop it before it is restored`));
  const { length: wanted } = manifest.volumes;
  if (attached.length !== wanted) {
    const counts = `has ${attached.length} volumes and the backup holds ${wanted}`;
    yield blocks(refused(`virtual machine ${vm.uuid} ${counts}; attach or detach volumes first`));
  }
}

/** Which of the volumes of a backup another machine has now than the one that is put back. */
export function* elsewhereFindings(vm: Pick<Vm, 'uuid'>, volumes: readonly VolumeFacts[]): Generator<Finding> {
  for (const { volume, machineUuid } of volumes) {
    if (machineUuid === undefined || machineUuid === vm.uuid) continue;
    yield blocks(refused(`volume ${volume.uuid} of the backup is attached to another virtual machine; detach it first`));
  }
}

function* strayFindings({ manifest, target: { vm }, attached }: InPlaceFacts): Generator<Finding> {
  const held = new Set(manifest.volumes.map(({ uuid }) => uuid));
  for (const { uuid } of attached) {
    if (!held.has(uuid)) yield warns(`volume ${uuid} of virtual machine ${vm.uuid} is not in the backup; it is detached and kept as it is`);
  }
}

const resizeFindings = ({ recorded: { uuid, sizeBytes }, overwrites }: PlannedVolume): readonly Finding[] =>
  !overwrites || overwrites.sizeBytes === sizeBytes
    ? []
    : [warns(`volume ${uuid} has ${overwrites.sizeBytes} bytes; it will have the ${sizeBytes} that it had when it was backed up`)];

function* singleVolumeFindings(facts: SingleVolumeFacts, recorded: Volume | undefined): Generator<Finding> {
  const { backup, manifest, volumeUuid, capabilities, target, isInZone, isClosed } = facts;
  const { vm, source } = target;
  if (!recorded) {
    const known = manifest.volumes.map(({ uuid }) => uuid).join(', ');
    yield blocks(refused(`backup ${backup.uuid} holds no volume ${volumeUuid}; it holds ${known}`));
  }
  if (!source) yield blocks(refused(`the inventory source of the zone does not know virtual machine ${vm.uuid}; choose another one`));
  else if (GONE.has(source.state)) {
    yield blocks(refused(`virtual machine ${vm.uuid} is ${source.state}; choose another one, or recover it first`));
  }
  if (!isInZone) yield blocks(refused(`virtual machine ${vm.uuid} is in another zone than the backup`));
  if (isClosed) {
    const why = `virtual machine ${vm.uuid} has a backup offering; volumes cannot be attached to it until it is removed from that`;
    yield blocks(refused(why));
  }
  if (!capabilities.restoreVolume) yield blocks(refused(`backup provider ${backup.provider} cannot restore a single volume`));
}

function* targetFindings({ vm, isRestoring, isAwaited }: TargetFacts): Generator<Finding> {
  if (isRestoring) yield blocks(refused(`virtual machine ${vm.uuid} is being restored already; ask again when that has ended`));
  else if (isAwaited) yield warns(`jobs are waiting for virtual machine ${vm.uuid}; the restore comes after them`);
}

/** Whether there is room for the volumes that are made. */
export function* roomFindings(volumes: readonly PlannedVolume[], room: Room): Generator<Finding> {
  const needed = volumes.reduce((sum, { sizeBytes, overwrites }) => sum + (overwrites ? 0 : sizeBytes), 0);
  const [first] = volumes;
  if (!first || room === undefined || needed <= room) return;
  yield blocks(refused(`zone ${first.zone.name} has room for ${room} bytes, and the restore needs ${needed}; make room first`));
}
