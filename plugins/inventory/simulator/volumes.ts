import { ProviderError, type DurableWork } from '../../../src/provider/index.js';
import type { AdoptRestoredVolume, AttachVolume, CreateVolume, Volume, VolumeOperation } from '../../../src/provider/index.js';
import { contentOf, digestOf, pathOf } from './sandbox.js';
import {
  checkAttachable,
  checkDetached,
  checkFree,
  checkNotDestroyed,
  freeSlot,
  type Stock,
  type StoredMachine,
  type StoredVolume,
} from './stock.js';

/** What is done to volumes. Each method describes the work; nothing has happened when it returns. */
export class Volumes {
  constructor(private readonly stock: Stock) {}

  create({ operationId, volumeUuid, name, sizeBytes }: CreateVolume): DurableWork<StoredVolume, StoredVolume> {
    const digest = digestOf(operationId, 'create', volumeUuid);
    return {
      method: 'createVolume',
      subject: volumeUuid,
      plan: async (startedAt) => {
        await this.checkNew(volumeUuid);
        return describe({ uuid: volumeUuid, name, sizeBytes, digest }, 'Allocated', startedAt);
      },
      carryOut: (planned) => this.stock.volumes.add(volumeUuid, planned),
    };
  }

  attach({ volumeUuid, machineUuid, deviceNumber }: AttachVolume): DurableWork<null, StoredVolume> {
    return {
      method: 'attachVolume',
      subject: `${volumeUuid} to ${machineUuid}`,
      plan: async () => {
        const volume = await this.stock.getVolume(volumeUuid);
        const machine = await this.getTarget(machineUuid);
        checkAttachable(volume);
        checkFree(machine, deviceNumber ?? freeSlot(machine));
        return null;
      },
      carryOut: () => this.stock.attach(volumeUuid, machineUuid, deviceNumber),
    };
  }

  detach({ volumeUuid }: VolumeOperation): DurableWork<string, StoredVolume> {
    return {
      method: 'detachVolume',
      subject: volumeUuid,
      plan: async () => {
        const { volume, machineUuid } = await this.stock.getVolume(volumeUuid);
        if (machineUuid === undefined) throw new ProviderError('rejected', `the volume ${volumeUuid} is not attached`);
        if (volume.deviceNumber === 0) throw new ProviderError('rejected', `the volume ${volumeUuid} is a root disk`);
        await this.getTarget(machineUuid);
        return machineUuid;
      },
      carryOut: (machineUuid) => this.stock.detach(volumeUuid, machineUuid),
    };
  }

  delete({ volumeUuid }: VolumeOperation): DurableWork<null, null> {
    return {
      method: 'deleteVolume',
      subject: volumeUuid,
      plan: async () => {
        const stored = await this.stock.volumes.get(volumeUuid);
        if (stored) checkDetached(stored);
        return null;
      },
      carryOut: async () => {
        await this.stock.deleteVolume(volumeUuid);
        return null;
      },
    };
  }

  adopt({ machineUuid, name, restored }: AdoptRestoredVolume): DurableWork<StoredVolume, StoredVolume> {
    const { uuid } = restored;
    return {
      method: 'adoptRestoredVolume',
      subject: `${uuid} to ${machineUuid}`,
      plan: async (startedAt) => {
        await this.checkNew(uuid);
        freeSlot(await this.getTarget(machineUuid));
        return describe({ uuid, name, ...contentOf(restored) }, 'Ready', startedAt);
      },
      carryOut: async (planned) => {
        await this.stock.volumes.add(uuid, planned);
        return this.stock.attach(uuid, machineUuid);
      },
    };
  }

  private async checkNew(volumeUuid: string): Promise<void> {
    if (!(await this.stock.volumes.get(volumeUuid))) return;
    throw new ProviderError('rejected', `the volume ${volumeUuid} exists already`);
  }

  private async getTarget(machineUuid: string): Promise<StoredMachine> {
    const machine = await this.stock.getMachine(machineUuid);
    checkNotDestroyed(machine);
    return machine;
  }
}

function describe(
  given: Pick<Volume, 'uuid' | 'name' | 'sizeBytes' | 'digest'>,
  state: StoredVolume['state'],
  created: Date,
): StoredVolume {
  const volume: Volume = { ...given, type: 'DATADISK', deviceNumber: 0, path: pathOf(given.uuid) };
  return { volume, state, created: created.toISOString() };
}
