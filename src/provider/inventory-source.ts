import type { Catalogue } from './catalogue.js';
import type { Machine, MachineSize, Volume } from './machine.js';
import type { Operation } from './operation.js';
import type { RestoredVolume } from './backup-provider.js';

/**
 * The contract with whatever owns the virtual machines of a zone. The source is the truth about machines and volumes;
 * the server keeps a copy. Failures are `ProviderError`s. Identities are lower-case uuids and last as long as the thing.
 * Repeating a call with the same `operationId` does nothing twice.
 */
export interface InventorySource {
  /** What there is in the zone to make machines of. */
  readCatalogue(signal: AbortSignal): Promise<Catalogue>;
  /** How many bytes of new volumes the zone has room for; undefined, and a source may leave the method out, where that is not known. */
  freeBytes?(signal: AbortSignal): Promise<number | undefined>;
  /** Every machine of the zone, page by page. All of them or an error: never a part. */
  listMachines(signal: AbortSignal): AsyncIterable<readonly MachineFacts[]>;
  /** The machine as it is now; undefined when the source does not know it. */
  findMachine(uuid: string, signal: AbortSignal): Promise<MachineFacts | undefined>;
  /** The volume as it is now; undefined when the source does not know it. */
  findVolume(uuid: string, signal: AbortSignal): Promise<VolumeFacts | undefined>;

  /** Makes a machine of what the catalogue has; an id that it does not have is `not_found`. */
  deployMachine(request: DeployMachine, signal: AbortSignal): Promise<MachineFacts>;
  /** Starting a running machine is no error. */
  startMachine(request: MachineOperation, signal: AbortSignal): Promise<MachineFacts>;
  /** Stopping a stopped machine is no error. */
  stopMachine(request: MachineOperation, signal: AbortSignal): Promise<MachineFacts>;
  /** Destroys a machine; its volumes go with it. With `expunge` it is gone for good, without it a restore brings it back. */
  destroyMachine(request: MachineOperation & { readonly expunge: boolean }, signal: AbortSignal): Promise<MachineFacts>;

  createVolume(request: CreateVolume, signal: AbortSignal): Promise<VolumeFacts>;
  /** Attaches a volume to the given slot, or to the first free one. */
  attachVolume(request: AttachVolume, signal: AbortSignal): Promise<VolumeFacts>;
  detachVolume(request: VolumeOperation, signal: AbortSignal): Promise<VolumeFacts>;
  /**
   * Deletes a volume that is attached to nothing, with what it holds. One that is already gone is no error. Asked also for what a provider
   * may have written under this identity for a restore that failed, which `adoptRestoredVolume` has not made known.
   */
  deleteVolume(request: VolumeOperation, signal: AbortSignal): Promise<void>;

  /**
   * Makes a machine that is off consist of exactly these volumes, which a provider has put back, and answers it as `Stopped`.
   * A volume that the machine has now and that is not among them is detached and kept. A destroyed machine comes back.
   */
  adoptRestoredMachine(request: AdoptRestoredMachine, signal: AbortSignal): Promise<MachineFacts>;
  /** Makes a volume that a provider has written known, and attaches it to the first free slot. */
  adoptRestoredVolume(request: AdoptRestoredVolume, signal: AbortSignal): Promise<VolumeFacts>;
}

/** The states of a machine as CloudStack names them; a source reports these and no others. */
export type MachineState = 'Running' | 'Stopped' | 'Starting' | 'Stopping' | 'Migrating' | 'Destroyed' | 'Expunging' | 'Error';

export interface MachineFacts {
  readonly machine: Machine;
  readonly state: MachineState;
  /** The name of the host that it runs on, if there is one: at most 255 characters, unique within the zone. */
  readonly host?: string;
  readonly created: Date;
  /** The attached volumes, by slot. Those of a destroyed machine are still listed. */
  readonly volumes: readonly VolumeFacts[];
}

export interface VolumeFacts {
  readonly volume: Volume;
  readonly state: 'Allocated' | 'Ready' | 'Destroy';
  /** The machine it is attached to. A detached volume keeps the slot number it had. */
  readonly machineUuid?: string;
  readonly created: Date;
  /** When its content was last written, if the source can tell. */
  readonly changed?: Date;
}

export interface MachineOperation extends Operation {
  readonly machineUuid: string;
}

export interface VolumeOperation extends Operation {
  readonly volumeUuid: string;
}

export interface DeployMachine extends Operation, MachineSize {
  /** The identity that the machine will have. */
  readonly machineUuid: string;
  readonly name: string;
  readonly displayName: string;
  /** Out of the catalogue; the source chooses where one is absent. */
  readonly serviceOfferingUuid?: string;
  readonly templateUuid?: string;
  /** Its network cards, the default one first; the source chooses if absent. */
  readonly nics?: readonly NewNic[];
  /** What the machine's `settings` will be; none if absent. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly rootSizeBytes: number;
  /** One more volume of this size for each entry. */
  readonly dataSizesBytes: readonly number[];
  readonly start: boolean;
}

/** A network card to be made; the source chooses an address that is absent. */
export interface NewNic {
  readonly networkUuid: string;
  readonly ipAddress?: string;
  readonly macAddress?: string;
}

export interface CreateVolume extends Operation {
  /** The identity that the volume will have. */
  readonly volumeUuid: string;
  readonly name: string;
  readonly sizeBytes: number;
}

export interface AttachVolume extends Operation {
  readonly volumeUuid: string;
  readonly machineUuid: string;
  readonly deviceNumber?: number;
}

export interface AdoptRestoredMachine extends Operation {
  readonly machine: Machine;
  /** The volumes as recorded in the backup, each with what the provider says of it now. */
  readonly volumes: readonly { readonly recorded: Volume; readonly restored: RestoredVolume }[];
}

export interface AdoptRestoredVolume extends Operation {
  readonly machineUuid: string;
  readonly name: string;
  readonly restored: RestoredVolume;
}
