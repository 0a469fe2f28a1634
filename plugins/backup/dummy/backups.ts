import { ProviderError, Records } from '../../../src/provider/index.js';
import type { PluginStore, ProviderBackup, TakeBackup, Volume } from '../../../src/provider/index.js';
import type { Script } from './script.js';

/** A backup that can be restored. */
export interface HeldBackup {
  readonly state: 'held';
  readonly externalId: string;
  readonly operationId: string;
  readonly machineUuid: string;
  readonly offeringExternalId: string;
  readonly quiesced: boolean;
  readonly takenAt: string;
  readonly sizeBytes: number;
  readonly protectedSizeBytes: number;
  readonly volumes: readonly Volume[];
  /** The one before it in its chain; absent for one that stands alone. */
  readonly dependsOn?: string;
  /** How many restore operations were carried out, and which. */
  readonly restores: number;
  readonly restoredBy: readonly string[];
}

/** What stays of a deleted backup, so that a server which is still busy taking it cannot bring it back. */
interface DeletedBackup {
  readonly state: 'deleted';
}

/** The backups that the provider holds. */
export class Backups {
  private readonly records: Records<HeldBackup | DeletedBackup>;

  constructor(
    store: PluginStore,
    private readonly script: Script,
  ) {
    this.records = new Records(store, 'backup/');
  }

  /** The backup that the request is for, before it is taken. */
  async plan({ operationId, machine, offeringExternalId, quiesce, volumes }: TakeBackup, takenAt: Date): Promise<HeldBackup> {
    const dependsOn = await this.nextInChain(machine.uuid);
    const sizeBytes = this.script.report(volumes.reduce((sum, volume) => sum + volume.sizeBytes, 0));
    return {
      state: 'held',
      externalId: externalIdOf(operationId),
      operationId,
      machineUuid: machine.uuid,
      offeringExternalId,
      quiesced: quiesce,
      takenAt: takenAt.toISOString(),
      sizeBytes,
      protectedSizeBytes: sizeBytes,
      volumes,
      ...(dependsOn === undefined ? {} : { dependsOn }),
      restores: 0,
      restoredBy: [],
    };
  }

  /** Keeps the backup, unless it is kept or deleted already. */
  async add(backup: HeldBackup): Promise<void> {
    await this.records.add(backup.externalId, backup);
  }

  /** The backup; throws `not_found`. */
  async get(externalId: string): Promise<HeldBackup> {
    return held(externalId, await this.records.get(externalId));
  }

  /** The backup; undefined when it is deleted, was never taken, or is to be taken for lost. */
  async find(externalId: string): Promise<HeldBackup | undefined> {
    const backup = this.script.isLost(externalId) ? undefined : await this.records.get(externalId);
    return backup?.state === 'held' ? backup : undefined;
  }

  /** The backup; throws `not_found` also when it is to be taken for lost. */
  async getRestorable(externalId: string): Promise<HeldBackup> {
    return held(externalId, await this.find(externalId));
  }

  /** Every backup that is neither deleted nor to be taken for lost, page by page. */
  async *pages(): AsyncGenerator<readonly ProviderBackup[]> {
    for await (const page of this.records.pages()) {
      const shown = page.filter((backup) => backup.state === 'held').filter(({ externalId }) => !this.script.isLost(externalId));
      if (shown.length > 0) yield shown.map(toProviderBackup);
    }
  }

  /** What the backups occupy, those that are to be taken for lost too. */
  async totalSize(): Promise<number> {
    let total = 0;
    for await (const page of this.records.pages()) {
      for (const backup of page) if (backup.state === 'held') total += backup.sizeBytes;
    }
    return total;
  }

  /** Deletes the backup if there is one, with all that depend on it; without `forced` only one that no other depends on. */
  async delete(externalId: string, forced: boolean): Promise<void> {
    const dependants = await this.dependantsOf(externalId);
    if (dependants.length > 0 && !forced) throw new ProviderError('rejected', `${dependants.length} others depend on ${externalId}`);
    for (const dependant of dependants) await this.delete(dependant.externalId, forced);
    await this.records.changePresent(externalId, toDeleted);
  }

  /** Deletes the backup that the operation has taken, or keeps it from being taken. */
  async deleteTakenBy(operationId: string): Promise<void> {
    await this.records.change(externalIdOf(operationId), toDeleted);
  }

  /** The backup that a new one of the machine depends on; undefined if it begins a chain. */
  private async nextInChain(machineUuid: string): Promise<string | undefined> {
    if (this.script.fullEvery === 1) return undefined;
    const all = await this.heldWhere((backup) => backup.machineUuid === machineUuid);
    const byName = new Map(all.map((backup) => [backup.externalId, backup]));
    const newest = all.sort((a, b) => a.takenAt.localeCompare(b.takenAt)).at(-1);
    let length = 0;
    for (let at = newest; at; at = byName.get(at.dependsOn ?? '')) length += 1;
    return length < this.script.fullEvery ? newest?.externalId : undefined;
  }

  private dependantsOf(externalId: string): Promise<HeldBackup[]> {
    return this.heldWhere(({ dependsOn }) => dependsOn === externalId);
  }

  private async heldWhere(isWanted: (backup: HeldBackup) => boolean): Promise<HeldBackup[]> {
    const wanted: HeldBackup[] = [];
    for await (const page of this.records.pages()) {
      for (const backup of page) if (backup.state === 'held' && isWanted(backup)) wanted.push(backup);
    }
    return wanted;
  }

  /** Counts a restore of the backup, once for each operation; throws `not_found` when the backup went away meanwhile. */
  async countRestore(externalId: string, operationId: string): Promise<void> {
    await this.records.change(externalId, (present) => {
      const backup = held(externalId, present);
      if (backup.restoredBy.includes(operationId)) return backup;
      return { ...backup, restores: backup.restores + 1, restoredBy: [...backup.restoredBy, operationId] };
    });
  }
}

/** The backup as the contract has it. */
export function toProviderBackup(backup: HeldBackup): ProviderBackup {
  const { externalId, operationId, machineUuid, takenAt, sizeBytes, protectedSizeBytes, volumes, dependsOn } = backup;
  return {
    ...{ externalId, operationId, machineUuid, sizeBytes, protectedSizeBytes, volumes },
    takenAt: new Date(takenAt),
    ...(dependsOn === undefined ? { type: 'FULL' } : { type: 'INCREMENTAL', dependsOn }),
  };
}

const externalIdOf = (operationId: string) => `dummy-${operationId}`;

const toDeleted = (present: HeldBackup | DeletedBackup | undefined): DeletedBackup =>
  present?.state === 'deleted' ? present : { state: 'deleted' };

const notFound = (externalId: string) => new ProviderError('not_found', `there is no backup ${externalId}`);

function held(externalId: string, backup: HeldBackup | DeletedBackup | undefined): HeldBackup {
  if (backup?.state !== 'held') throw notFound(externalId);
  return backup;
}
