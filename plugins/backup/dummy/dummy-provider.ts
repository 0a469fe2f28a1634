import { DurableOperations, ProviderError, Records } from '../../../src/provider/index.js';
import type {
  Assign,
  BackupProvider,
  Capabilities,
  DeleteBackup,
  DurableWork,
  FillMachine,
  Operation,
  PluginHost,
  ProviderBackup,
  ProviderOffering,
  RestoredVolume,
  RestoreMachine,
  RestoreVolume,
  StorageCapacity,
  TakeBackup,
  Unassign,
  Volume,
} from '../../../src/provider/index.js';
import { Backups, toProviderBackup, type HeldBackup } from './backups.js';
import { Script, type Method } from './script.js';
import type { DummySettings } from './settings.js';

const OFFERINGS: readonly ProviderOffering[] = [
  { externalId: 'gold-policy', name: 'Golden Policy', description: 'Gold description' },
  { externalId: 'silver-policy', name: 'Silver Policy', description: 'Silver description' },
];

/** An operation whose outcome is decided when it begins, and then made true. */
interface ScriptedWork<T> extends Omit<DurableWork<T, T>, 'carryOut'> {
  readonly method: Method;
  carryOut(outcome: T): Promise<void>;
}

interface Assignment {
  readonly offeringExternalId: string | null;
}

/** A backup system that lives in the server's database: it holds records of backups, and no data. */
export class DummyProvider implements BackupProvider {
  private readonly script: Script;
  private readonly operations: DurableOperations;
  private readonly backups: Backups;
  private readonly assignments: Records<Assignment>;

  constructor(
    private readonly settings: DummySettings,
    host: PluginHost,
  ) {
    this.script = new Script(settings);
    this.operations = new DurableOperations(host);
    this.backups = new Backups(host.store, this.script);
    this.assignments = new Records(host.store, 'assignment/');
  }

  async capabilities(): Promise<Capabilities> {
    return { quiesce: this.settings.quiesce, restoreVolume: true, fillMachine: true, crossZone: true, capacity: true, deleteBackup: true };
  }

  async listOfferings(): Promise<readonly ProviderOffering[]> {
    this.script.reach('listOfferings', 1, 2, 3);
    return OFFERINGS;
  }

  async assign(request: Assign, signal: AbortSignal): Promise<{ readonly reference: string }> {
    const { machine, offeringExternalId } = request;
    const plan = async () => {
      if (OFFERINGS.some(({ externalId }) => externalId === offeringExternalId)) return { reference: `dummy-${machine.uuid}` };
      throw new ProviderError('not_found', `there is no offering ${offeringExternalId}`);
    };
    const carryOut = async () => void (await this.assignments.change(machine.uuid, () => ({ offeringExternalId })));
    const subject = `${machine.uuid} to ${offeringExternalId}`;
    return this.run(request, { method: 'assign', subject, lastsMs: 0, plan, carryOut }, signal);
  }

  async unassign(request: Unassign, signal: AbortSignal): Promise<void> {
    const { machine, offeringExternalId } = request;
    const plan = async () => null;
    const carryOut = async () =>
      this.assignments.changePresent(machine.uuid, (present) =>
        present.offeringExternalId === offeringExternalId ? { offeringExternalId: null } : present,
      );
    const subject = `${machine.uuid} from ${offeringExternalId}`;
    await this.run(request, { method: 'unassign', subject, lastsMs: 0, plan, carryOut }, signal);
  }

  async takeBackup(request: TakeBackup, signal: AbortSignal): Promise<ProviderBackup> {
    if (request.quiesce && !this.settings.quiesce) throw new ProviderError('unsupported', 'the guest cannot be held still');
    const plan = async (startedAt: Date): Promise<HeldBackup> => {
      await this.checkAssigned(request);
      return this.backups.plan(request, startedAt);
    };
    const carryOut = async (planned: HeldBackup) => void (await this.backups.add(planned));
    const told = { lastsMs: this.script.delayMs, totalBytes: sizeOf(request.volumes), stage: 'copying volumes' };
    const work = { method: 'takeBackup', subject: request.machine.uuid, ...told, plan, carryOut } as const;
    const { externalId } = await this.run(request, work, signal);
    // Not the outcome of the operation: the backup may have been deleted since.
    return toProviderBackup(await this.backups.get(externalId));
  }

  async deleteBackup({ externalId, takenBy, forced }: DeleteBackup): Promise<void> {
    this.script.reach('deleteBackup', 1, 2);
    if (externalId !== undefined) await this.backups.delete(externalId, forced);
    else if (takenBy !== undefined) await this.backups.deleteTakenBy(takenBy);
    else throw new ProviderError('rejected', 'neither the backup to delete nor the operation that took it is named');
    this.script.reach('deleteBackup', 3);
  }

  async *listBackups(signal: AbortSignal): AsyncGenerator<readonly ProviderBackup[]> {
    this.script.reach('listBackups', 1);
    for await (const page of this.backups.pages()) {
      if (signal.aborted) throw new ProviderError('temporary', 'gave up listing the backups', signal.reason);
      yield page;
      this.script.reach('listBackups', 2);
    }
    this.script.reach('listBackups', 2, 3);
  }

  async findBackup(externalId: string): Promise<ProviderBackup | undefined> {
    this.script.reach('findBackup', 1, 2, 3);
    const backup = await this.backups.find(externalId);
    return backup && toProviderBackup(backup);
  }

  async restoreMachine(request: RestoreMachine, signal: AbortSignal): Promise<readonly RestoredVolume[]> {
    const { machine, externalId } = request;
    const plan = async () => {
      const backup = await this.backups.getRestorable(externalId);
      if (backup.machineUuid !== machine.uuid) {
        throw new ProviderError('rejected', `the backup ${externalId} is of ${backup.machineUuid}, not of ${machine.uuid}`);
      }
      return backup.volumes.map((volume) => ({ ...volume, sizeBytes: this.script.report(volume.sizeBytes) })).map(restored);
    };
    const carryOut = async () => this.backups.countRestore(externalId, request.operationId);
    const told = { lastsMs: this.script.delayMs, totalBytes: sizeOf(request.volumes), stage: 'writing volumes' };
    const subject = `${externalId} to ${machine.uuid}`;
    return this.run(request, { method: 'restoreMachine', subject, ...told, plan, carryOut }, signal);
  }

  async restoreVolume(request: RestoreVolume, signal: AbortSignal): Promise<RestoredVolume> {
    const { externalId, newVolumeUuid: uuid, volume } = request;
    const plan = async () => {
      const recorded = (await this.backups.getRestorable(externalId)).volumes.find((held) => held.uuid === volume.uuid);
      if (!recorded) throw new ProviderError('not_found', `the backup ${externalId} does not hold the volume ${volume.uuid}`);
      const sizeBytes = this.script.report(recorded.sizeBytes);
      return restored({ ...recorded, uuid, sizeBytes, path: `dummy/${uuid}` });
    };
    const carryOut = async () => this.backups.countRestore(externalId, request.operationId);
    const told = { lastsMs: this.script.delayMs, totalBytes: volume.sizeBytes, stage: 'writing the volume' };
    const subject = `${volume.uuid} of ${externalId} to ${uuid}`;
    return this.run(request, { method: 'restoreVolume', subject, ...told, plan, carryOut }, signal);
  }

  async fillMachine(request: FillMachine, signal: AbortSignal): Promise<readonly RestoredVolume[]> {
    const { externalId, target: machine } = request;
    const plan = async () => {
      const { volumes: held } = await this.backups.getRestorable(externalId);
      return request.volumes.map(({ recorded, target }) => {
        const source = held.find(({ uuid }) => uuid === recorded.uuid);
        if (!source) throw new ProviderError('not_found', `the backup ${externalId} does not hold the volume ${recorded.uuid}`);
        return filled(source, { ...target, sizeBytes: this.script.report(target.sizeBytes) });
      });
    };
    const carryOut = async () => this.backups.countRestore(externalId, request.operationId);
    const told = {
      lastsMs: this.script.delayMs,
      totalBytes: sizeOf(request.volumes.map(({ recorded }) => recorded)),
      stage: 'writing volumes',
    };
    const subject = `${externalId} to ${machine.uuid}`;
    return this.run(request, { method: 'fillMachine', subject, ...told, plan, carryOut }, signal);
  }

  async capacity(): Promise<StorageCapacity> {
    this.script.reach('capacity', 1, 2, 3);
    return { usedBytes: await this.backups.totalSize(), totalBytes: this.script.totalBytes };
  }

  /** Carries the work out once, or fails where the script says so. */
  private async run<T>(operation: Operation, work: ScriptedWork<T>, signal: AbortSignal): Promise<T> {
    const { method } = work;
    this.script.reach(method, 1);
    const carryOut = async (outcome: T): Promise<T> => {
      this.script.reach(method, 2);
      await work.carryOut(outcome);
      return outcome;
    };
    const outcome = await this.operations.run(operation, { ...work, carryOut }, signal);
    this.script.reach(method, 3);
    return outcome;
  }

  private async checkAssigned({ machine, offeringExternalId }: TakeBackup): Promise<void> {
    const assignment = await this.assignments.get(machine.uuid);
    if (assignment?.offeringExternalId === offeringExternalId) return;
    throw new ProviderError('rejected', `the machine ${machine.uuid} is not assigned to the offering ${offeringExternalId}`);
  }
}

const sizeOf = (volumes: readonly Pick<Volume, 'sizeBytes'>[]): number => volumes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

const restored = ({ uuid, sizeBytes, path, digest }: RestoredVolume): RestoredVolume => ({
  uuid,
  sizeBytes,
  path,
  ...(digest === undefined ? {} : { digest }),
});

/** The target as it is when the source has been written to it; of one that is larger, nobody knows the digest. */
const filled = (source: Volume, { uuid, path, sizeBytes }: Volume): RestoredVolume =>
  sizeBytes === source.sizeBytes ? restored({ ...source, uuid, path }) : { uuid, path, sizeBytes };
