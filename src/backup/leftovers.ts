import type { Backup } from '../dao/backup-dao.js';
import type { Holding, KnownBackup } from '../dao/backup-look-dao.js';
import type { Database } from '../dao/database.js';
import type { Vm } from '../dao/vm-dao.js';
import type { Actor } from '../events/event-recorder.js';
import type { JobOrder, JobQueue } from '../jobs/job-queue.js';
import type { Log } from '../log.js';
import { ProviderError, type BackupProvider, type Operation } from '../provider/index.js';
import { stableUuid } from '../stable-uuid.js';
import type { BackupManager } from './backup-manager.js';

/** Brings to an end what operations have begun at a backup provider and nobody will finish. */
export class Leftovers {
  constructor(
    private readonly db: Database,
    private readonly backups: BackupManager,
    private readonly jobs: JobQueue,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  /** Has the provider remove whatever a backup that failed has left there, once; false if it could not, or the backup is there after all. */
  async clean({ id, uuid, operationId, revision }: KnownBackup, provider: BackupProvider, signal: AbortSignal): Promise<boolean> {
    try {
      const [backup] = await this.db.daos.backupLooks.listByIds([id]);
      // Another look may have found it since; one that has read it before this cannot record any more that it is there.
      if (backup?.status !== 'Error' || backup.revision !== revision) return false;
      if (!(await this.db.transaction(({ backupLooks }) => backupLooks.change(backup, {})))) return false;
      if (operationId !== null) await provider.deleteBackup({ ...cleaningOf(uuid), takenBy: operationId, forced: false }, signal);
      return await this.db.transaction(({ backups }) => backups.transition(id, 'Error', 'Error', { cleaned: this.now() }));
    } catch (error) {
      // What one backup's provider refuses does not keep the others from their end.
      if (!(error instanceof ProviderError)) throw error;
      this.log('warn', 'leftovers of a backup not removed', { backup: uuid, error });
      return false;
    }
  }

  /** Asks for the end of a backup that nobody is deleting any more; false if somebody is, or if others that depend on it have to go first. */
  deleteAgain({ uuid }: KnownBackup, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (daos) => {
      const backup = await daos.backups.findByUuid(uuid);
      if (backup?.status !== 'Deleting') return false;
      const machineUuid = this.backups.machineUuid(backup);
      // Also a job about a backup that this one depends on may be deleting it.
      if (await daos.jobs.isPendingOn(machineUuid, undefined)) return false;
      const names = backup.externalId === null ? [] : [backup.externalId];
      if ((await daos.backups.listDependants(backup, names)).length > 0) return false;
      await this.jobs.add(daos, deletionOf(backup, machineUuid, actor));
      return true;
    });
  }

  /** Asks for machines to leave their offerings that nobody is taking out of them any more; answers how many. */
  async releaseAgain(holding: Holding, actor: Actor): Promise<number> {
    let asked = 0;
    for (const { vmId } of await this.db.daos.assignments.listRemoving(holding)) {
      const isAsked = await this.db.transaction(async (daos) => {
        const vm = await daos.vms.findByIdIncludingRemoved(vmId);
        if (!vm || (await daos.jobs.isPendingOn(vm.uuid, undefined))) return false;
        await this.jobs.add(daos, releaseOf(vm, actor));
        return true;
      });
      if (isAsked) asked += 1;
    }
    return asked;
  }
}

/** A job like any other: until it has ended, nothing else is done with the machine. */
const releaseOf = ({ uuid, accountId, domainId, removed }: Vm, { userId, requestId }: Actor): JobOrder => ({
  command: 'removeVirtualMachineFromBackupOffering',
  // Of a machine that is gone, nobody would ask for it again.
  parameters: new Map([['virtualmachineid', uuid], ...(removed ? [['forced', 'true'] as const] : [])]),
  subject: { type: 'VirtualMachine', uuid, machineUuid: uuid },
  asker: { userId, accountId, domainId, requestId },
});

const deletionOf = ({ uuid, accountId, domainId }: Backup, machineUuid: string, { userId, requestId }: Actor): JobOrder => ({
  command: 'deleteBackup',
  parameters: new Map([['id', uuid]]),
  subject: { type: 'Backup', uuid, machineUuid },
  asker: { userId, accountId, domainId, requestId },
});

/** The same for every look, so that what one has begun is joined by the next. */
const cleaningOf = (uuid: string): Operation => ({ operationId: stableUuid(`clean/${uuid}`), report: async () => undefined });
