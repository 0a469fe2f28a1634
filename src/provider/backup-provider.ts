import type { Machine, Volume, Zone } from './machine.js';
import type { Operation } from './operation.js';

/**
 * The contract with a backup system. A plugin makes one instance for each zone that uses it.
 *
 * Values in, values out: a provider sees no table and no request. Every method either does what it says or throws a
 * `ProviderError`; no result means "failed". When `signal` aborts, a method gives up waiting and rejects soon; an
 * operation that is then repeated with the same `operationId` is joined, not started again.
 */
export interface BackupProvider {
  /** What the backup system of the zone can do beyond the least, as it is now. */
  capabilities(signal: AbortSignal): Promise<Capabilities>;

  /** The policies that an administrator can import. */
  listOfferings(signal: AbortSignal): Promise<readonly ProviderOffering[]>;

  /** Puts the machine under an offering. Answers the provider's own name for the pair, if it has one. */
  assign(request: Assign, signal: AbortSignal): Promise<{ readonly reference?: string }>;

  /** Takes the machine out of its offering; its backups stay. A machine that is not in it is no error. */
  unassign(request: Unassign, signal: AbortSignal): Promise<void>;

  /** Takes a backup, however long that lasts, and answers only when the backup can be restored. */
  takeBackup(request: TakeBackup, signal: AbortSignal): Promise<ProviderBackup>;

  /** Removes a backup. One that is already gone is no error. */
  deleteBackup(request: DeleteBackup, signal: AbortSignal): Promise<void>;

  /** Everything the backup system holds for the zone, however it came to be, page by page in one pass. All of it or an error: never a part. */
  listBackups(signal: AbortSignal): AsyncIterable<readonly ProviderBackup[]>;

  /**
   * The backup as the backup system has it now, with the sizes and digests that it can vouch for; undefined if it has none of that name.
   * A provider that cannot look one up cheaply leaves the method out.
   */
  findBackup?(externalId: string, signal: AbortSignal): Promise<ProviderBackup | undefined>;

  /** Puts every volume of the backup back in place; the machine is off. Answers each volume as it is now. */
  restoreMachine(request: RestoreMachine, signal: AbortSignal): Promise<readonly RestoredVolume[]>;

  /** Writes one volume of the backup to a new volume, which is then attached by the inventory source. */
  restoreVolume(request: RestoreVolume, signal: AbortSignal): Promise<RestoredVolume>;

  /** Writes the volumes of the backup over those of a machine that was made for them and is off. Answers each of these as it is now. */
  fillMachine(request: FillMachine, signal: AbortSignal): Promise<readonly RestoredVolume[]>;

  /** How full the storage is that holds the backups of the zone. */
  capacity(signal: AbortSignal): Promise<StorageCapacity>;

  /**
   * Tries the way to the backup system step by step, for an administrator who sets it up, and changes nothing there. A step that fails is
   * the last one and no fault of the call. A provider with nothing outside leaves the method out.
   */
  checkConnection?(signal: AbortSignal): Promise<readonly ConnectionStep[]>;
}

/** One step on the way to the backup system, such as the login, and what came of it. */
export interface ConnectionStep {
  readonly name: string;
  readonly isPassed: boolean;
  /** What was found, or what failed and what to do about it; never a secret. */
  readonly detail: string;
}

/** What a provider can do beyond the least. A method behind an undeclared capability throws `unsupported`. */
export interface Capabilities {
  /** Can freeze the guest's file systems while a backup starts. */
  readonly quiesce: boolean;
  /** Can restore a single volume. */
  readonly restoreVolume: boolean;
  /** Can fill a new machine from a backup of another one. */
  readonly fillMachine: boolean;
  /** Can do so in another zone than the backup's. */
  readonly crossZone: boolean;
  /** Can tell how full its storage is. */
  readonly capacity: boolean;
  /** Can delete any one backup. Where it cannot, `deleteBackup` throws `unsupported` for those that only its own retention removes. */
  readonly deleteBackup: boolean;
}

export interface StorageCapacity {
  readonly usedBytes: number;
  readonly totalBytes: number;
}

export interface ProviderOffering {
  /** At most 255 characters, unique within the zone. */
  readonly externalId: string;
  readonly name: string;
  readonly description: string;
}

export interface Assign extends Operation {
  readonly zone: Zone;
  readonly machine: Machine;
  readonly offeringExternalId: string;
  /** What the machine has now: by it a provider knows the disks in backups that were taken without this server. */
  readonly volumes?: readonly Volume[];
}

export interface Unassign extends Assign {
  /** What `assign` answered. */
  readonly reference?: string;
}

export interface TakeBackup extends Assign {
  /** What `assign` answered. */
  readonly reference?: string;
  /** The volumes to back up: all that the machine has. */
  readonly volumes: readonly Volume[];
  readonly quiesce: boolean;
}

export interface ProviderBackup {
  /** At most 255 characters, unique within the zone. */
  readonly externalId: string;
  /** The operation that took it; absent for a backup taken without this server. */
  readonly operationId?: string;
  readonly machineUuid: string;
  readonly takenAt: Date;
  readonly type: 'FULL' | 'INCREMENTAL';
  /** Bytes it occupies at the backup system. */
  readonly sizeBytes: number;
  /** Bytes it protects: the size of the volumes. */
  readonly protectedSizeBytes: number;
  /** What it holds. Only these can be restored. */
  readonly volumes: readonly Volume[];
  /** The `externalId` of the backup that this one cannot be restored without, such as the one before it in a chain; absent if there is none. */
  readonly dependsOn?: string;
}

export interface DeleteBackup extends Operation {
  /** Absent when the backup failed before the provider named it: then whatever `takenBy` left behind is removed. */
  readonly externalId?: string;
  /** The operation that took the backup. If it still goes on, because the job was cancelled, it is stopped and leaves nothing. */
  readonly takenBy?: string;
  /** Also when others depend on it, such as the later ones of a chain; without it, such a backup is not removed but the call `rejected`. */
  readonly forced: boolean;
}

export interface RestoreMachine extends Operation {
  readonly zone: Zone;
  readonly machine: Machine;
  readonly externalId: string;
  /** What the backup holds, as recorded when it was taken. */
  readonly volumes: readonly Volume[];
}

export interface RestoreVolume extends Operation {
  readonly zone: Zone;
  readonly externalId: string;
  /** The volume inside the backup. */
  readonly volume: Volume;
  /** The machine that gets the new volume. */
  readonly target: Machine;
  /** The identity that the new volume will have. */
  readonly newVolumeUuid: string;
}

export interface FillMachine extends Operation {
  /** The zone of the backup. */
  readonly zone: Zone;
  readonly externalId: string;
  /** The new machine. */
  readonly target: Machine;
  /** The zone of the new machine; another one than the backup's only with `crossZone`. */
  readonly targetZone: Zone;
  /**
   * Each volume that the backup holds, with the volume of the new machine that it goes to, which is as large or larger. A provider that
   * makes none larger refuses that as `rejected`, before it writes anything.
   */
  readonly volumes: readonly { readonly recorded: Volume; readonly target: Volume }[];
}

export interface RestoredVolume {
  /** For a machine put back: the backed-up volume. For a single volume: the new one. For a machine filled: the machine's own. */
  readonly uuid: string;
  readonly sizeBytes: number;
  readonly path: string;
  readonly digest?: string;
}
