import type { CallContext } from '../call-context.js';
import type { Backup, TakenBackup } from '../dao/backup-dao.js';
import type { Daos } from '../dao/database.js';
import { refused } from '../errors.js';
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
    const { id: backupScheduleId, vmUuid: machineUuid, maxBackups } = schedule;
    const { accountId, domainId } = newest;
    const asker = { userId: call.caller.userId, accountId, domainId, requestId: call.requestId };
    const taken = await daos.backups.listTakenBy(backupScheduleId);
    for (const { uuid } of leaving(taken, maxBackups).slice(0, MOST_AT_ONCE)) {
      if (await daos.jobs.isPendingAbout(uuid)) continue;
      const subject = { type: 'Backup', uuid, machineUuid };
      await this.jobs.add(daos, { command: 'deleteBackup', parameters: new Map([['id', uuid]]), subject, asker, backupScheduleId });
    }
  }

  /** Refuses to delete for a schedule what has ceased to be too much since that was asked for. */
  async assertSurplus(daos: Daos, backup: Backup, backupScheduleId: number): Promise<void> {
    const schedule = await daos.schedules.findById(backupScheduleId);
    const taken = await daos.backups.listTakenBy(backupScheduleId);
    if (schedule && leaving(taken, schedule.maxBackups).some(({ id }) => id === backup.id)) return;
    throw refused(`backup ${backup.uuid} stays: it is no longer more than its schedule keeps`);
  }
}

/** What goes: deletions that nobody knows the end of, and what is too many of the rest. */
const leaving = (taken: readonly TakenBackup[], keep: number): TakenBackup[] => [
  ...taken.filter(({ status }) => status === 'Deleting'),
  ...surplus(
    taken.filter(({ status }) => status === 'BackedUp'),
    keep,
  ),
];
