import type { CallContext } from '../call-context.js';
import type { Backup } from '../dao/backup-dao.js';
import type { Daos } from '../dao/database.js';
import type { JobQueue } from '../jobs/job-queue.js';
import { surplus } from './retention.js';

/** So many go after one backup; the next one sees to the rest. */
const MOST_AT_ONCE = 100;

/** Lets go of the backups of a schedule that are more than it keeps. */
export class ScheduleRetention {
  constructor(private readonly jobs: JobQueue) {}

  /**
   * Has what the newest backup makes too many deleted: part of the transaction that records it, so that nothing goes before it is
   * there. Failed backups do not count, and those taken on demand are never touched. A deletion that fails is asked for again after
   * the next backup of the schedule.
   */
  async apply(daos: Daos, newest: Backup, call: CallContext): Promise<void> {
    if (newest.backupScheduleId === null) return;
    const schedule = await daos.schedules.findById(newest.backupScheduleId);
    if (!schedule) return;
    const { vmUuid: machineUuid, maxBackups } = schedule;
    const { accountId, domainId } = newest;
    const asker = { userId: call.caller.userId, accountId, domainId, requestId: call.requestId };
    for (const { uuid } of surplus(await daos.backups.listTakenBy(schedule.id), maxBackups).slice(0, MOST_AT_ONCE)) {
      const subject = { type: 'Backup', uuid, machineUuid };
      await this.jobs.add(daos, { command: 'deleteBackup', parameters: new Map([['id', uuid]]), subject, asker });
    }
  }
}
