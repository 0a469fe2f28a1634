import type { BackupScheduleView } from '../dao/backup-schedule-dao.js';
import { localTime } from './clocks.js';
import { runsAfter } from './next-run.js';

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

function* runsFrom(schedule: BackupScheduleView): Generator<Date> {
  yield schedule.nextRun;
  yield* runsAfter(schedule, schedule.nextRun);
}
