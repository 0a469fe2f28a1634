/** How much computing a machine can do. */
export interface MachineSize {
  readonly cpuNumber: number;
  readonly cpuSpeedMhz: number;
  readonly memoryMb: number;
}

/** A virtual machine as plugins see it. The uuids are those of the catalogue; a source may not know them. */
export interface Machine extends MachineSize {
  readonly uuid: string;
  /** The name inside its zone; host name of the guest. */
  readonly name: string;
  readonly displayName: string;
  readonly hypervisor: string;
  readonly osType: string;
  readonly osTypeUuid?: string;
  readonly templateName: string;
  readonly templateUuid?: string;
  readonly serviceOfferingName: string;
  readonly serviceOfferingUuid?: string;
  /** Free settings of the machine, such as boot type or controller; kept with every backup. A name begins with a letter, and goes on with letters, digits, `.`, `_` and `-`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly nics: readonly Nic[];
}

export interface Nic {
  readonly uuid: string;
  readonly networkUuid: string;
  readonly networkName: string;
  readonly ipAddress: string;
  readonly macAddress: string;
  readonly netmask?: string;
  readonly gateway?: string;
  readonly isDefault: boolean;
}

export type VolumeType = 'ROOT' | 'DATADISK';

/** One disk, as it is now or as it was when a backup was taken. */
export interface Volume {
  readonly uuid: string;
  readonly name: string;
  readonly type: VolumeType;
  /**
   * The slot on the machine; 0 is the root disk. A source of machines with SCSI disks counts units through, without those that are the
   * controllers' own: slot 6 is unit 6, and slot 7 unit 8. One that counts otherwise, or leaves slots out, has its disks known by their
   * sizes where a provider cannot tell them by slot.
   */
  readonly deviceNumber: number;
  readonly sizeBytes: number;
  /** Where the inventory source keeps it; opaque to the server. */
  readonly path: string;
  /**
   * Identifies the content, where the owner of the disk can tell it: two volumes with equal digests hold equal bytes, and those of one
   * source with different digests do not. A backup has the digest that the source told, or none: after a restore they are compared.
   */
  readonly digest?: string;
}

export interface Zone {
  readonly uuid: string;
  readonly name: string;
}
