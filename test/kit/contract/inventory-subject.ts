import { randomUUID } from 'node:crypto';
import type {
  CreateVolume,
  DeployMachine,
  InventorySource,
  MachineFacts,
  RestoredVolume,
  Volume,
  VolumeFacts,
} from '../../../src/provider/index.js';
import { all, never, operation } from './samples.js';

/** How the contract suite comes by an inventory source. */
export interface InventoryHarness {
  /** Opens an instance; every one that it opens is of the same plugin, zone and store. */
  open(): Promise<InventorySource>;
  /** The same, with machines that take about a second to start; without it, nothing is cut off in the middle. */
  openSlow?(): Promise<InventorySource>;
  close?(): Promise<void>;
}

/** The source under test, and the requests that the tests make of it. */
export class InventorySubject {
  private opened?: Promise<InventorySource>;

  constructor(readonly harness: InventoryHarness) {}

  /** The source; one and the same for all tests. */
  source(): Promise<InventorySource> {
    return (this.opened ??= this.harness.open());
  }

  /** A request for a stopped machine with a root disk and two data disks of equal size. */
  deployment(overrides: Partial<DeployMachine> = {}): DeployMachine {
    const machineUuid = randomUUID();
    return {
      ...operation(),
      machineUuid,
      name: `m-${machineUuid.slice(0, 8)}`,
      displayName: 'Contract test',
      cpuNumber: 1,
      cpuSpeedMhz: 1000,
      memoryMb: 256,
      rootSizeBytes: 2 * MIB,
      dataSizesBytes: [MIB, MIB],
      start: false,
      ...overrides,
    };
  }

  /** A request for a volume. */
  creation(overrides: Partial<CreateVolume> = {}): CreateVolume {
    return { ...operation(), volumeUuid: randomUUID(), name: 'contract-test', sizeBytes: MIB, ...overrides };
  }

  /** A new machine. */
  async deploy(overrides: Partial<DeployMachine> = {}): Promise<MachineFacts> {
    return (await this.source()).deployMachine(this.deployment(overrides), never);
  }

  /** A new volume that is attached to nothing. */
  async create(overrides: Partial<CreateVolume> = {}): Promise<VolumeFacts> {
    return (await this.source()).createVolume(this.creation(overrides), never);
  }

  /** The machine as it is now; fails when the source does not know it. */
  async machine({ machine: { uuid } }: MachineFacts): Promise<MachineFacts> {
    const facts = await (await this.source()).findMachine(uuid, never);
    if (!facts) throw new Error(`the source does not know the machine ${uuid}`);
    return facts;
  }

  /** The volume as it is now; fails when the source does not know it. */
  async volume({ uuid }: { readonly uuid: string }): Promise<VolumeFacts> {
    const facts = await (await this.source()).findVolume(uuid, never);
    if (!facts) throw new Error(`the source does not know the volume ${uuid}`);
    return facts;
  }

  /** What the source lists under this uuid. */
  async listed(uuid: string): Promise<MachineFacts[]> {
    const machines = await all((await this.source()).listMachines(never));
    return machines.filter(({ machine }) => machine.uuid === uuid);
  }
}

/** What the tests give sizes in. */
export const MIB = 1024 * 1024;

/** The nth volume of the machine; fails when there is none. */
export function volumeOf({ volumes, machine }: MachineFacts, index: number): Volume {
  const facts = volumes[index];
  if (!facts) throw new Error(`the machine ${machine.uuid} has no volume ${index}`);
  return facts.volume;
}

/** What a provider says of a volume that it has put back. */
export const restoredOf = ({ uuid, sizeBytes, path, digest }: Volume): RestoredVolume => ({
  uuid,
  sizeBytes,
  path,
  ...(digest === undefined ? {} : { digest }),
});

/** The slots of the machine's volumes with what is in them. */
export const slotsOf = ({ volumes }: MachineFacts) => volumes.map(({ volume }) => [volume.deviceNumber, volume.uuid]);

/** The content of the machine's volumes; no two volumes agree where the source cannot tell it. */
export const digestsOf = ({ volumes }: MachineFacts) => volumes.map(({ volume }) => volume.digest ?? Symbol(volume.uuid));
