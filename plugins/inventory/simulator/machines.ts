import { randomUUID } from 'node:crypto';
import { ProviderError, type DurableWork } from '../../../src/provider/index.js';
import type { AdoptRestoredMachine, DeployMachine, MachineOperation, MachineState, VolumeType } from '../../../src/provider/index.js';
import { describeMachine } from './describe-machine.js';
import { contentOf, DATA_SLOTS, digestOf, pathOf } from './sandbox.js';
import {
  checkAttachable,
  checkNotDestroyed,
  withoutMachine,
  type Snapshot,
  type Stock,
  type StoredMachine,
  type StoredVolume,
} from './stock.js';

const OFF: readonly MachineState[] = ['Stopped', 'Destroyed', 'Error'];

/** What is done to machines. Each method describes the work; nothing has happened when it returns. */
export class Machines {
  constructor(
    private readonly stock: Stock,
    private readonly delayMs: number,
  ) {}

  deploy(request: DeployMachine): DurableWork<Snapshot, Snapshot> {
    return {
      method: 'deployMachine',
      subject: request.machineUuid,
      lastsMs: this.delayMs,
      plan: async (startedAt) => {
        if (await this.stock.machines.get(request.machineUuid)) {
          throw new ProviderError('rejected', `the machine ${request.machineUuid} exists already`);
        }
        return planDeploy(request, startedAt.toISOString());
      },
      carryOut: async ({ machine, volumes }) => {
        for (const volume of volumes) await this.stock.volumes.add(volume.volume.uuid, volume);
        await this.stock.machines.add(request.machineUuid, machine);
        return this.stock.getSnapshot(request.machineUuid);
      },
    };
  }

  start({ operationId, machineUuid }: MachineOperation): DurableWork<string, Snapshot> {
    return {
      method: 'startMachine',
      subject: machineUuid,
      lastsMs: this.delayMs,
      plan: async (startedAt) => {
        checkNotDestroyed(await this.stock.getMachine(machineUuid));
        return startedAt.toISOString();
      },
      carryOut: async (changed) => {
        const { machine, volumes } = await this.stock.getSnapshot(machineUuid);
        checkNotDestroyed(machine);
        // Guests write to their disks as soon as they run.
        if (machine.state !== 'Running') {
          for (const { volume } of volumes) {
            const digest = digestOf(operationId, 'start', volume.uuid);
            await this.stock.volumes.changePresent(volume.uuid, (v) => ({ ...v, volume: { ...v.volume, digest }, changed }));
          }
        }
        return this.move(machineUuid, 'Running');
      },
    };
  }

  stop({ machineUuid }: MachineOperation): DurableWork<null, Snapshot> {
    return {
      method: 'stopMachine',
      subject: machineUuid,
      lastsMs: this.delayMs,
      plan: async () => checkNotDestroyed(await this.stock.getMachine(machineUuid)),
      carryOut: () => this.move(machineUuid, 'Stopped'),
    };
  }

  destroy({ machineUuid, expunge }: MachineOperation & { readonly expunge: boolean }): DurableWork<StoredMachine, Snapshot> {
    return {
      method: 'destroyMachine',
      subject: `${machineUuid}${expunge ? ' with expunge' : ''}`,
      plan: () => this.stock.getMachine(machineUuid),
      carryOut: async (planned) => {
        const present = await this.stock.machines.get(machineUuid);
        const volumes = Object.values((present ?? planned).slots);
        if (!expunge) {
          for (const uuid of volumes)
            await this.stock.volumes.changePresent(uuid, (v) => (v.machineUuid === machineUuid ? { ...v, state: 'Destroy' } : v));
          return this.move(machineUuid, 'Destroyed');
        }
        for (const uuid of volumes) await this.stock.volumes.remove(uuid);
        await this.stock.machines.remove(machineUuid);
        return { machine: { ...planned, state: 'Expunging' }, volumes: [] };
      },
    };
  }

  adopt(request: AdoptRestoredMachine): DurableWork<string, Snapshot> {
    return {
      method: 'adoptRestoredMachine',
      subject: request.machine.uuid,
      plan: async (startedAt) => {
        await this.checkAdoptable(request);
        return startedAt.toISOString();
      },
      carryOut: (startedAt) => this.replaceVolumes(request, startedAt),
    };
  }

  private async checkAdoptable({ machine: { uuid }, volumes }: AdoptRestoredMachine): Promise<void> {
    const { state } = (await this.stock.machines.get(uuid)) ?? { state: 'Stopped' };
    if (!OFF.includes(state)) throw new ProviderError('rejected', `the machine ${uuid} is ${state}, not off`);
    if (new Set(volumes.map(({ recorded }) => recorded.deviceNumber)).size < volumes.length) {
      throw new ProviderError('rejected', `two of the restored volumes of the machine ${uuid} are for the same slot`);
    }
    for (const { restored } of volumes) {
      const present = await this.stock.volumes.get(restored.uuid);
      if (present) checkAttachable(present, uuid);
    }
  }

  private async replaceVolumes(request: AdoptRestoredMachine, startedAt: string): Promise<Snapshot> {
    const { uuid } = request.machine;
    const slots: Record<string, string> = {};
    for (const { recorded, restored } of request.volumes) {
      const { digest: _, ...described } = recorded;
      const volume = { ...described, ...contentOf(restored), uuid: restored.uuid, path: pathOf(restored.uuid) };
      await this.stock.volumes.change(volume.uuid, (present): StoredVolume => {
        if (present) checkAttachable(present, uuid);
        return { volume, state: 'Ready', machineUuid: uuid, created: present?.created ?? startedAt };
      });
      slots[recorded.deviceNumber] = volume.uuid;
    }
    const before = Object.values((await this.stock.machines.get(uuid))?.slots ?? {});
    for (const extra of before.filter((volume) => !Object.values(slots).includes(volume))) {
      await this.stock.volumes.changePresent(extra, (v) => (v.machineUuid === uuid ? withoutMachine(v) : v));
    }
    await this.stock.machines.change(uuid, (present): StoredMachine => {
      const { machine, created } = present ?? { machine: request.machine, created: startedAt };
      return { machine, created, state: 'Stopped', slots };
    });
    return this.stock.getSnapshot(uuid);
  }

  private async move(machineUuid: string, state: MachineState): Promise<Snapshot> {
    await this.stock.machines.changePresent(machineUuid, (present) => {
      if (state !== 'Destroyed') checkNotDestroyed(present);
      return { ...present, state };
    });
    return this.stock.getSnapshot(machineUuid);
  }
}

function planDeploy(request: DeployMachine, created: string): Snapshot {
  const { operationId, machineUuid, name, rootSizeBytes, dataSizesBytes, start } = request;
  const disk = (diskName: string, type: VolumeType, deviceNumber: number, sizeBytes: number): StoredVolume => {
    const uuid = randomUUID();
    const digest = digestOf(operationId, 'create', uuid);
    const volume = { uuid, name: diskName, type, deviceNumber, sizeBytes, path: pathOf(uuid), digest };
    return { volume, state: 'Ready', machineUuid, created };
  };
  const data = dataSizesBytes.map((sizeBytes, index) => {
    const slot = DATA_SLOTS[index];
    if (slot === undefined) throw new ProviderError('capacity', `a machine has ${DATA_SLOTS.length} data disks at most`);
    return disk(`DATA-${name}-${index + 1}`, 'DATADISK', slot, sizeBytes);
  });
  const volumes = [disk(`ROOT-${name}`, 'ROOT', 0, rootSizeBytes), ...data];
  const slots = Object.fromEntries(volumes.map(({ volume }) => [volume.deviceNumber, volume.uuid]));
  return {
    machine: { machine: describeMachine(request), state: start ? 'Running' : 'Stopped', created, slots },
    volumes,
  };
}
