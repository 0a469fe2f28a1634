import type { BackupScheduleView } from '../dao/backup-schedule-dao.js';
import { localTime } from './clocks.js';
import { runsAfter, type RunRules } from './next-run.js';

/** A moment at which a backup begins. */
export interface UpcomingRun {
  /** By the clocks of the schedule, with their offset. */
  readonly local: string;
  readonly utc: Date;
}

/** The next so many runs of the schedule: of the first it is known that it is due, the others follow from it. */
export function upcomingRuns(schedule: BackupScheduleView, count: number): readonly UpcomingRun[] {
  const upcoming: UpcomingRun[] = [];
  for (const run of runsFrom(schedule)) {
    if (upcoming.length === count) break;
    upcoming.push({ local: localTime(run, schedule.timezone), utc: run });
  }
  return upcoming;
}

/** When the schedule's backups begin, from the one that it waits for on; there is no end to them. */
export function* runsFrom(schedule: RunRules & Pick<BackupScheduleView, 'nextRun'>): Generator<Date> {
  yield schedule.nextRun;
  yield* runsAfter(schedule, schedule.nextRun);
}
