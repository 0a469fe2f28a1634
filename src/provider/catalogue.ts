import type { MachineSize } from './machine.js';

/**
 * What the machines of a zone are made of and what surrounds them, as their owner tells it. A source that does not know something
 * of it leaves that list empty. Every id is a lower-case uuid that lasts as long as the thing; a thing that zones share has the same
 * id in each.
 */
export interface Catalogue {
  /** Kinds of hypervisors, such as `KVM`. */
  readonly hypervisors: readonly string[];
  readonly serviceOfferings: readonly ServiceOffering[];
  readonly diskOfferings: readonly DiskOffering[];
  readonly templates: readonly Template[];
  readonly osCategories: readonly CatalogueEntry[];
  readonly osTypes: readonly OsType[];
  readonly networks: readonly Network[];
}

/** What everything in a catalogue has. */
export interface CatalogueEntry {
  readonly uuid: string;
  readonly name: string;
}

/** A size of machines. */
export interface ServiceOffering extends CatalogueEntry {
  readonly description: string;
  /** Absent when whoever deploys a machine chooses its size. */
  readonly size?: MachineSize;
}

/** A size of data disks. */
export interface DiskOffering extends CatalogueEntry {
  readonly description: string;
  /** Absent when whoever makes a disk chooses its size. */
  readonly sizeBytes?: number;
}

/** What the root disk of a new machine holds. */
export interface Template extends CatalogueEntry {
  readonly description: string;
  readonly hypervisor: string;
  /** How its file is laid out, such as `QCOW2`. */
  readonly format: string;
  /** The smallest root disk that it fits on. */
  readonly sizeBytes: number;
  readonly osTypeUuid: string;
}

/** An operating system. */
export interface OsType extends CatalogueEntry {
  readonly categoryUuid: string;
}

export interface Network extends CatalogueEntry {
  readonly description: string;
  readonly type: 'Isolated' | 'Shared' | 'L2';
  readonly cidr?: string;
  readonly gateway?: string;
  readonly netmask?: string;
}
