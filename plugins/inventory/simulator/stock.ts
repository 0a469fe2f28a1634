import { ProviderError, Records } from '../../../src/provider/index.js';
import type { Machine, MachineFacts, MachineState, PluginStore, Volume, VolumeFacts } from '../../../src/provider/index.js';
import { DATA_SLOTS } from './sandbox.js';

/** A machine as it is stored. */
export interface StoredMachine {
  readonly machine: Machine;
  readonly state: MachineState;
  readonly created: string;
  /** The volume in each slot. A volume is attached when it says so too. */
  readonly slots: Readonly<Record<string, string>>;
}

/** A volume as it is stored. */
export interface StoredVolume {
  readonly volume: Volume;
  readonly state: VolumeFacts['state'];
  readonly machineUuid?: string;
  readonly created: string;
  /** When a guest last began to write to it. */
  readonly changed?: string;
}

/** A machine and its volumes by slot, at one time. */
export interface Snapshot {
  readonly machine: StoredMachine;
  readonly volumes: readonly StoredVolume[];
}

/** All machines and volumes of the sandbox. */
export class Stock {
  readonly machines: Records<StoredMachine>;
  readonly volumes: Records<StoredVolume>;

  constructor(store: PluginStore) {
    this.machines = new Records(store, 'machine/');
    this.volumes = new Records(store, 'volume/');
  }

  /** The machine; throws `not_found`. */
  async getMachine(uuid: string): Promise<StoredMachine> {
    return known('machine', uuid, await this.machines.get(uuid));
  }

  /** The volume; throws `not_found`. */
  async getVolume(uuid: string): Promise<StoredVolume> {
    return known('volume', uuid, await this.volumes.get(uuid));
  }

  /** The machine with its volumes. */
  async findSnapshot(machineUuid: string): Promise<Snapshot | undefined> {
    const machine = await this.machines.get(machineUuid);
    return machine && this.withVolumes(machine);
  }

  /** The machine with its volumes; throws `not_found`. */
  async getSnapshot(machineUuid: string): Promise<Snapshot> {
    return known('machine', machineUuid, await this.findSnapshot(machineUuid));
  }

  /** Every machine with its volumes, page by page. */
  async *snapshots(): AsyncGenerator<readonly Snapshot[]> {
    const volumes = new Map<string, StoredVolume>();
    for await (const page of this.volumes.pages()) for (const stored of page) volumes.set(stored.volume.uuid, stored);
    for await (const page of this.machines.pages()) {
      yield await Promise.all(page.map((machine) => this.withVolumes(machine, volumes)));
    }
  }

  /** What all volumes take up. */
  async totalSize(): Promise<number> {
    let total = 0;
    for await (const page of this.volumes.pages()) for (const { volume } of page) total += volume.sizeBytes;
    return total;
  }

  /** Puts the volume into the wanted slot of the machine, or into the first free one; again and again is the same. */
  async attach(volumeUuid: string, machineUuid: string, wanted?: number): Promise<StoredVolume> {
    const deviceNumber = await this.claimSlot(volumeUuid, machineUuid, wanted);
    const stored = await this.volumes.change(volumeUuid, (present): StoredVolume | undefined => {
      if (!present || !isAttachable(present, machineUuid)) return present;
      return { ...present, volume: { ...present.volume, deviceNumber }, state: 'Ready', machineUuid };
    });
    if (stored?.machineUuid === machineUuid) return stored;
    await this.releaseSlot(volumeUuid, machineUuid);
    throw stored ? notAttachable(stored) : notFound('volume', volumeUuid);
  }

  /** Takes the volume off the machine and keeps it; again and again is the same. */
  async detach(volumeUuid: string, machineUuid: string): Promise<StoredVolume> {
    const detached = await this.volumes.change(volumeUuid, (present) => {
      const stored = known('volume', volumeUuid, present);
      return stored.machineUuid === machineUuid ? withoutMachine(stored) : stored;
    });
    await this.releaseSlot(volumeUuid, machineUuid);
    return detached;
  }

  /** Removes a volume that is attached to nothing; one that is gone is no error. */
  async deleteVolume(volumeUuid: string): Promise<void> {
    // Marked before it goes, so that nothing can be attached to it in between.
    await this.volumes.changePresent(volumeUuid, (present) => {
      checkDetached(present);
      return { ...present, state: 'Destroy' };
    });
    await this.volumes.remove(volumeUuid);
  }

  // The slot first: two volumes that are attached at the same time then cannot get the same one.
  private async claimSlot(volumeUuid: string, machineUuid: string, wanted?: number): Promise<number> {
    const claimed = await this.machines.change(machineUuid, (present) => {
      const machine = known('machine', machineUuid, present);
      const slot = wanted ?? slotOf(machine, volumeUuid) ?? freeSlot(machine);
      if (machine.slots[slot] === volumeUuid) return machine;
      checkFree(machine, slot);
      return { ...machine, slots: { ...without(machine.slots, volumeUuid), [slot]: volumeUuid } };
    });
    return slotOf(claimed, volumeUuid) ?? freeSlot(claimed);
  }

  private async releaseSlot(volumeUuid: string, machineUuid: string): Promise<void> {
    await this.machines.changePresent(machineUuid, (present) => ({
      ...present,
      slots: without(present.slots, volumeUuid),
    }));
  }

  private async withVolumes(machine: StoredMachine, read?: ReadonlyMap<string, StoredVolume>): Promise<Snapshot> {
    const { uuid } = machine.machine;
    const bySlot = Object.entries(machine.slots).sort(([a], [b]) => Number(a) - Number(b));
    const volumes = await Promise.all(bySlot.map(async ([, volume]) => read?.get(volume) ?? this.volumes.get(volume)));
    return {
      machine,
      volumes: volumes.filter((volume) => volume !== undefined).filter((volume) => volume.machineUuid === uuid),
    };
  }
}

/** The first slot that a volume can be attached to; throws `capacity`. */
export function freeSlot({ machine, slots }: StoredMachine): number {
  const slot = DATA_SLOTS.find((candidate) => slots[candidate] === undefined);
  if (slot === undefined) throw new ProviderError('capacity', `the machine ${machine.uuid} has no free slot`);
  return slot;
}

/** Throws when nothing can be attached to that slot of the machine. */
export function checkFree({ machine, slots }: StoredMachine, slot: number): void {
  const where = `slot ${slot} of the machine ${machine.uuid}`;
  if (slot > Math.max(...DATA_SLOTS)) throw new ProviderError('capacity', `${where} is beyond the last one`);
  if (!DATA_SLOTS.includes(slot)) throw new ProviderError('rejected', `${where} is not for data disks`);
  if (slots[slot] !== undefined) throw new ProviderError('rejected', `${where} holds the volume ${slots[slot]}`);
}

/** Throws when the volume is being deleted, or attached to another machine than this one, or to any machine when none is given. */
export function checkAttachable(stored: StoredVolume, target?: string): void {
  if (!isAttachable(stored, target)) throw notAttachable(stored);
}

/** Throws when the volume is attached to a machine. */
export function checkDetached(stored: StoredVolume): void {
  if (stored.machineUuid !== undefined) throw notAttachable(stored);
}

/** Throws when the machine is destroyed. */
export function checkNotDestroyed({ machine, state }: StoredMachine): null {
  if (state === 'Destroyed') throw new ProviderError('rejected', `the machine ${machine.uuid} is destroyed`);
  return null;
}

/** The volume, attached to nothing. */
export function withoutMachine({ machineUuid: _, ...stored }: StoredVolume): StoredVolume {
  return { ...stored, state: 'Ready' };
}

/** The machine as the contract has it. */
export const toMachineFacts = ({ machine: { machine, state, created }, volumes }: Snapshot): MachineFacts => ({
  machine,
  state,
  created: new Date(created),
  volumes: volumes.map(toVolumeFacts),
});

/** The volume as the contract has it. */
export const toVolumeFacts = ({ created, changed, ...stored }: StoredVolume): VolumeFacts => ({
  ...stored,
  created: new Date(created),
  ...(changed === undefined ? {} : { changed: new Date(changed) }),
});

const isAttachable = ({ machineUuid, state }: StoredVolume, target?: string) =>
  machineUuid === undefined ? state !== 'Destroy' : machineUuid === target;

const notAttachable = ({ volume, machineUuid }: StoredVolume) =>
  new ProviderError(
    'rejected',
    `the volume ${volume.uuid} is ${machineUuid === undefined ? 'being deleted' : `attached to the machine ${machineUuid}`}`,
  );

const notFound = (what: string, uuid: string) => new ProviderError('not_found', `there is no ${what} ${uuid}`);

function known<T>(what: string, uuid: string, thing: T | undefined): T {
  if (thing === undefined) throw notFound(what, uuid);
  return thing;
}

function slotOf({ slots }: StoredMachine, volumeUuid: string): number | undefined {
  const entry = Object.entries(slots).find(([, uuid]) => uuid === volumeUuid);
  return entry && Number(entry[0]);
}

const without = (slots: StoredMachine['slots'], volumeUuid: string) =>
  Object.fromEntries(Object.entries(slots).filter(([, uuid]) => uuid !== volumeUuid));
