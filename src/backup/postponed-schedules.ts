import type { BackupScheduleView } from '../dao/backup-schedule-dao.js';
import type { Database } from '../dao/database.js';
import type { Log } from '../log.js';
import { dueInstead, LEAST_AHEAD_MS } from './due-turn.js';

const BATCH = 100;

/** Sees to schedules that a server has moved on whose clock was far ahead: until then they would take no backups. */
export class PostponedSchedules {
  constructor(
    private readonly db: Database,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  /** Puts each of them back to when it is due next. */
  async putBack(signal: AbortSignal): Promise<void> {
    const now = this.now();
    const beyond = new Date(now.getTime() + LEAST_AHEAD_MS);
    for (let last = 0; !signal.aborted;) {
      const batch = await this.db.daos.schedules.listDueAfter(beyond, last, BATCH);
      for (const schedule of batch) await this.putBackOrComplain(schedule, now);
      last = batch.at(-1)?.id ?? last;
      if (batch.length < BATCH) return;
    }
  }

  private async putBackOrComplain(schedule: BackupScheduleView, now: Date): Promise<void> {
    const about = { schedule: schedule.uuid, machine: schedule.vmUuid, due: schedule.nextRun };
    try {
      const next = dueInstead(schedule, now);
      if (!next) return;
      const isPutBack = await this.db.transaction(async ({ schedules, cacheChanges }) => {
        if (!(await schedules.moveOn(schedule, next))) return false;
        // All servers remember when the first schedule is due.
        await cacheChanges.insert('schedule', now);
        return true;
      });
      if (isPutBack) this.log('warn', 'backup schedule put back: a clock was far ahead', { ...about, next });
    } catch (error) {
      this.log('error', 'backup schedule not looked at', { ...about, error });
    }
  }
}
