import { randomUUID } from 'node:crypto';
import type { Backup, NewBackupRow } from '../dao/backup-dao.js';
import type { BackupNames, Holding } from '../dao/backup-look-dao.js';
import type { Database } from '../dao/database.js';
import { isDuplicate } from '../dao/database-error.js';
import type { Vm } from '../dao/vm-dao.js';
import type { Actor, EventRecorder } from '../events/event-recorder.js';
import { machineOf } from '../inventory/facts.js';
import type { ProviderBackup } from '../provider/index.js';
import { held } from '../usage/ledger-entries.js';
import { inBatchesOf } from './batches-of.js';
import { confirmedBy } from './confirmed-backup.js';

/** How many unknown backups have an owner here now, and how many cannot have one. */
export interface Adopted {
  readonly adopted: number;
  readonly unclaimed: number;
}

const BATCH = 100;

/** What a provider shows, and the row that it is to have. */
interface Claim {
  readonly backup: ProviderBackup;
  readonly row: NewBackupRow;
}

/** Somebody has known one of the backups meanwhile, and has deleted it. */
class RemovedMeanwhile extends Error {}

/** Takes in backups that a provider holds of machines that are known here, and that nobody has recorded. */
export class Adoption {
  constructor(
    private readonly db: Database,
    private readonly events: EventRecorder,
    private readonly now: () => Date,
  ) {}

  /** Adopts for the owners of the machines; what has been deleted since then is left alone, and so are machines that a job works on. */
  async adopt(unknown: readonly ProviderBackup[], holding: Holding, since: Date, actor: Actor): Promise<Adopted> {
    const backups = await this.withoutRemoved(unknown, holding, since);
    let [adopted, unclaimed] = [0, 0];
    for (const batch of inBatchesOf(BATCH, backups)) {
      const { claims, ownerless } = await this.claim(batch, holding);
      adopted += await this.record(claims, holding, since, actor);
      unclaimed += ownerless;
    }
    return { adopted, unclaimed };
  }

  private async withoutRemoved(unknown: readonly ProviderBackup[], holding: Holding, since: Date): Promise<readonly ProviderBackup[]> {
    const removed = await this.db.daos.backupLooks.removedSince(holding, since, namesOf(unknown));
    const gone = new Set(removed.flatMap(({ externalId, operationId }) => [externalId, operationId]));
    return unknown.filter(({ externalId, operationId = '' }) => !gone.has(externalId) && !gone.has(operationId));
  }

  /** The rows of the backups whose machine is known, belongs to somebody, and is or was in an offering of the provider. */
  private async claim(batch: readonly ProviderBackup[], holding: Holding): Promise<{ claims: Claim[]; ownerless: number }> {
    const { vms, jobs, assignments, backupLooks } = this.db.daos;
    const uuids = [...new Set(batch.map(({ machineUuid }) => machineUuid))];
    const machines = (await vms.listByUuidsIncludingRemoved(uuids)).filter(({ zoneId }) => zoneId === holding.zoneId);
    const ids = machines.map(({ id }) => id);
    const [now, before] = [await assignments.offeringsOf(ids, holding.provider), await backupLooks.newestOfferings(holding, ids)];
    const busy = await jobs.pendingAmong('machineUuid', uuids);
    const byUuid = new Map(machines.map((vm) => [vm.uuid, vm]));
    const shown = batch.map((backup) => {
      const vm = byUuid.get(backup.machineUuid);
      return { backup, vm, policyId: vm && (now.get(vm.id) ?? before.get(vm.id)) };
    });
    const claims = shown.flatMap(({ backup, vm, policyId }) => {
      if (!vm || policyId === undefined || busy.has(vm.uuid)) return [];
      return [{ backup, row: this.rowOf(backup, vm, { ...holding, policyId }) }];
    });
    return { claims, ownerless: shown.filter(({ policyId }) => policyId === undefined).length };
  }

  /** Somebody else may have recorded one of them meanwhile, and deleted it since: then the others are recorded without it. */
  private async record(claims: readonly Claim[], holding: Holding, since: Date, actor: Actor): Promise<number> {
    if (claims.length === 0) return 0;
    try {
      await this.db.transaction(async (daos) => {
        const backups = await daos.backupLooks.insertAll(claims.map(({ row }) => row));
        // Asked when nobody else can record them any more: one that was recorded before either is a duplicate or has been removed.
        const removed = await daos.backupLooks.removedSince(holding, since, namesOf(claims.map(({ backup }) => backup)));
        if (removed.length > 0) throw new RemovedMeanwhile();
        await daos.usage.append(...backups.map((backup) => held(backup, this.now())));
        await this.events.found(daos, actor, backups.map(adopted));
      });
      return claims.length;
    } catch (error) {
      if (!isDuplicate(error) && !(error instanceof RemovedMeanwhile)) throw error;
      if (claims.length === 1) return 0;
      const half = Math.ceil(claims.length / 2);
      const halves = [claims.slice(0, half), claims.slice(half)];
      let recorded = 0;
      for (const each of halves) recorded += await this.record(each, holding, since, actor);
      return recorded;
    }
  }

  private rowOf(backup: ProviderBackup, vm: Vm, under: Holding & { readonly policyId: number }): NewBackupRow {
    const created = new Date(Math.min(backup.takenAt.getTime(), this.now().getTime()));
    const { accountId, domainId } = vm;
    return {
      ...under,
      ...confirmedBy(backup, machineOf(vm)),
      ...{ uuid: randomUUID(), vmId: vm.id, accountId, domainId },
      name: `${vm.name.slice(0, 200)}-${created.toISOString()}`,
      description: null,
      status: 'BackedUp',
      // The operation may name another row: one that was removed.
      ...{ operationId: null, backupScheduleId: null },
      created,
      removed: null,
    };
  }
}

const namesOf = (backups: readonly ProviderBackup[]): readonly BackupNames[] =>
  backups.map(({ externalId, operationId = null }) => ({ externalId, operationId }));

const adopted = (backup: Backup) =>
  ({
    type: 'Backup',
    thing: backup,
    level: 'INFO',
    description: `backup ${backup.uuid} was adopted: its provider holds it as ${backup.externalId ?? ''}, and it was not known here`,
  }) as const;
