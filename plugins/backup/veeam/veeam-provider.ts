import type {
  Assign,
  BackupProvider,
  Capabilities,
  ConnectionStep,
  DeleteBackup,
  FillMachine,
  PluginHost,
  ProviderBackup,
  ProviderOffering,
  RestoredVolume,
  RestoreMachine,
  RestoreVolume,
  StorageCapacity,
  TakeBackup,
  Unassign,
} from '../../../src/provider/index.js';
import { ProviderError } from '../../../src/provider/index.js';
import { Assignments } from './assignments.js';
import { Catalogue } from './catalogue.js';
import { ConnectionFailed, givenUp } from './failures.js';
import { Filling } from './filling.js';
import { Restoring } from './restoring.js';
import { SessionFollower } from './session-follower.js';
import { SessionOperations } from './session-operations.js';
import type { VeeamSettings } from './settings.js';
import { Taking } from './taking.js';
import type { OpenTransport, Transport } from './transport.js';

/** The machines of a zone in Veeam: a job for each, and its restore points. */
export class VeeamProvider implements BackupProvider {
  private readonly assignments: Assignments;
  private readonly catalogue: Catalogue;
  private readonly taking: Taking;
  private readonly restoring: Restoring;
  private readonly filling: Filling;
  private transport: Promise<Transport> | undefined;

  constructor(
    settings: VeeamSettings,
    host: PluginHost,
    private readonly openTransport: OpenTransport,
  ) {
    const pauseMs = Math.max(0.1, settings['task.poll.interval']) * 1000;
    const patience = Math.max(1, settings['task.poll.max.retry']);
    const limits = { pauseMs, startMs: patience * pauseMs, stallMs: settings['restore.timeout'] * 1000 };
    const follower = new SessionFollower(host, limits);
    const operations = new SessionOperations(host, follower, Math.max(1, settings['request.timeout']) * 1000);
    this.catalogue = new Catalogue(host);
    this.assignments = new Assignments(host, this.catalogue, follower, patience);
    this.taking = new Taking(this.assignments, this.catalogue, operations, follower, patience);
    this.restoring = new Restoring(this.assignments, this.catalogue, operations);
    this.filling = new Filling(this.assignments, this.catalogue, operations);
  }

  async capabilities(signal: AbortSignal): Promise<Capabilities> {
    return (await this.open(signal)).capabilities(signal);
  }

  /** Anew each time: what the way that is open knows may be out of date. */
  async checkConnection(signal: AbortSignal): Promise<readonly ConnectionStep[]> {
    try {
      return await (await this.openTransport()).checkConnection(signal);
    } catch (error) {
      if (!(error instanceof ProviderError) || signal.aborted) throw error;
      return [{ name: error instanceof ConnectionFailed ? error.stage : 'settings', isPassed: false, detail: error.message }];
    }
  }

  async listOfferings(signal: AbortSignal): Promise<readonly ProviderOffering[]> {
    return (await this.open(signal)).listTemplates(signal);
  }

  async assign(request: Assign, signal: AbortSignal): Promise<{ readonly reference: string }> {
    return this.assignments.assign(await this.open(signal), request, signal);
  }

  async unassign(request: Unassign, signal: AbortSignal): Promise<void> {
    await this.assignments.unassign(await this.open(signal), request, signal);
  }

  async takeBackup(request: TakeBackup, signal: AbortSignal): Promise<ProviderBackup> {
    return this.taking.take(await this.open(signal), request, signal);
  }

  async deleteBackup(request: DeleteBackup, signal: AbortSignal): Promise<void> {
    await this.taking.delete(await this.open(signal), request, signal);
  }

  async *listBackups(signal: AbortSignal): AsyncGenerator<readonly ProviderBackup[]> {
    yield* this.catalogue.list(await this.open(signal), signal);
  }

  async findBackup(externalId: string, signal: AbortSignal): Promise<ProviderBackup | undefined> {
    return this.catalogue.find(await this.open(signal), externalId, signal);
  }

  async restoreMachine(request: RestoreMachine, signal: AbortSignal): Promise<readonly RestoredVolume[]> {
    return this.restoring.machine(await this.open(signal), request, signal);
  }

  async restoreVolume(request: RestoreVolume, signal: AbortSignal): Promise<RestoredVolume> {
    return this.restoring.volume(await this.open(signal), request, signal);
  }

  async fillMachine(request: FillMachine, signal: AbortSignal): Promise<readonly RestoredVolume[]> {
    return this.filling.machine(await this.open(signal), request, signal);
  }

  async capacity(signal: AbortSignal): Promise<StorageCapacity> {
    return (await this.open(signal)).capacity(signal);
  }

  /** The way to Veeam, chosen once; a choice that failed is made again. */
  private async open(signal: AbortSignal): Promise<Transport> {
    if (signal.aborted) throw givenUp(signal);
    this.transport ??= this.openTransport().catch((error: unknown) => {
      this.transport = undefined;
      throw error;
    });
    return this.transport;
  }
}
