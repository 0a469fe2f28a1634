import { DurableOperations, ProviderError, type DurableWork } from '../../../src/provider/index.js';
import type {
  AdoptRestoredMachine,
  AdoptRestoredVolume,
  AttachVolume,
  Catalogue,
  CreateVolume,
  DeployMachine,
  InventorySource,
  MachineFacts,
  MachineOperation,
  Operation,
  PluginHost,
  VolumeFacts,
  VolumeOperation,
} from '../../../src/provider/index.js';
import { CATALOGUE } from './catalogue.js';
import { Machines } from './machines.js';
import { Stock, toMachineFacts, toVolumeFacts, type Snapshot, type StoredVolume } from './stock.js';
import { Volumes } from './volumes.js';

/** Machines and volumes that exist only in the plugin's store. */
export class Simulator implements InventorySource {
  private readonly stock: Stock;
  private readonly operations: DurableOperations;
  private readonly machines: Machines;
  private readonly volumes: Volumes;

  constructor(
    host: PluginHost,
    delayMs: number,
    /** How many bytes of volumes there is room for; negative for any number. */
    private readonly capacityBytes: number,
  ) {
    this.stock = new Stock(host.store);
    this.operations = new DurableOperations(host);
    this.machines = new Machines(this.stock, delayMs);
    this.volumes = new Volumes(this.stock);
  }

  async readCatalogue(): Promise<Catalogue> {
    return CATALOGUE;
  }

  async freeBytes(): Promise<number | undefined> {
    return this.capacityBytes < 0 ? undefined : Math.max(0, this.capacityBytes - (await this.stock.totalSize()));
  }

  async *listMachines(signal: AbortSignal): AsyncGenerator<readonly MachineFacts[]> {
    for await (const page of this.stock.snapshots()) {
      if (signal.aborted) throw new ProviderError('temporary', 'gave up listing the machines', signal.reason);
      yield page.map(toMachineFacts);
    }
  }

  async findMachine(uuid: string): Promise<MachineFacts | undefined> {
    const snapshot = await this.stock.findSnapshot(uuid);
    return snapshot && toMachineFacts(snapshot);
  }

  async findVolume(uuid: string): Promise<VolumeFacts | undefined> {
    const volume = await this.stock.volumes.get(uuid);
    return volume && toVolumeFacts(volume);
  }

  deployMachine(request: DeployMachine, signal: AbortSignal): Promise<MachineFacts> {
    return this.onMachine(request, this.machines.deploy(request), signal);
  }

  startMachine(request: MachineOperation, signal: AbortSignal): Promise<MachineFacts> {
    return this.onMachine(request, this.machines.start(request), signal);
  }

  stopMachine(request: MachineOperation, signal: AbortSignal): Promise<MachineFacts> {
    return this.onMachine(request, this.machines.stop(request), signal);
  }

  destroyMachine(request: MachineOperation & { readonly expunge: boolean }, signal: AbortSignal): Promise<MachineFacts> {
    return this.onMachine(request, this.machines.destroy(request), signal);
  }

  createVolume(request: CreateVolume, signal: AbortSignal): Promise<VolumeFacts> {
    return this.onVolume(request, this.volumes.create(request), signal);
  }

  attachVolume(request: AttachVolume, signal: AbortSignal): Promise<VolumeFacts> {
    return this.onVolume(request, this.volumes.attach(request), signal);
  }

  detachVolume(request: VolumeOperation, signal: AbortSignal): Promise<VolumeFacts> {
    return this.onVolume(request, this.volumes.detach(request), signal);
  }

  async deleteVolume(request: VolumeOperation, signal: AbortSignal): Promise<void> {
    await this.operations.run(request, this.volumes.delete(request), signal);
  }

  adoptRestoredMachine(request: AdoptRestoredMachine, signal: AbortSignal): Promise<MachineFacts> {
    return this.onMachine(request, this.machines.adopt(request), signal);
  }

  adoptRestoredVolume(request: AdoptRestoredVolume, signal: AbortSignal): Promise<VolumeFacts> {
    return this.onVolume(request, this.volumes.adopt(request), signal);
  }

  private async onMachine<P>(operation: Operation, work: DurableWork<P, Snapshot>, signal: AbortSignal): Promise<MachineFacts> {
    return toMachineFacts(await this.operations.run(operation, work, signal));
  }

  private async onVolume<P>(operation: Operation, work: DurableWork<P, StoredVolume>, signal: AbortSignal): Promise<VolumeFacts> {
    return toVolumeFacts(await this.operations.run(operation, work, signal));
  }
}
