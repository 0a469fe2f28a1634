import { given, responseOf, type Fields } from '../../api/response.js';
import { upcomingRuns } from '../../backup/upcoming-runs.js';
import type { BackupScheduleView } from '../../dao/backup-schedule-dao.js';
import { keepFields, toKeepFields } from './retention.js';

/** How many of the next runs are told if nobody says how many. */
export const FEW_RUNS = 3;

export const backupScheduleResponse = responseOf('backupschedule', {
  id: ['string', 'ID of the backup schedule'],
  virtualmachineid: ['string', 'ID of the virtual machine'],
  virtualmachinename: ['string', 'name of the virtual machine'],
  schedule: ['string', 'when a backup is taken: MM, MM:HH or MM:HH:D, or a cron expression'],
  intervaltype: ['string', 'how often: HOURLY, DAILY, WEEKLY or MONTHLY; CRON for a cron expression'],
  timezone: ['string', 'time zone whose clocks it goes by'],
  maxbackups: ['integer', 'how many of its backups are kept; 0 for all'],
  ...keepFields,
  quiescevm: ['boolean', 'whether the file systems of the guest are held still; absent if nothing was said of it'],
  window: ['string', 'outside of which no backup begins; absent for all day'],
  jitter: ['integer', 'by up to so many minutes a backup is put off'],
  catchup: ['boolean', 'whether one backup is taken for all that were due when no server ran'],
  nextruns: ['list', 'when the next backups begin: each local, by the clocks of the time zone and with their offset, and utc'],
});

export const toBackupScheduleResponse = (schedule: BackupScheduleView, runs: number): Fields<typeof backupScheduleResponse> => ({
  id: schedule.uuid,
  virtualmachineid: schedule.vmUuid,
  virtualmachinename: schedule.vmName,
  schedule: schedule.schedule,
  intervaltype: schedule.intervalType,
  timezone: schedule.timezone,
  maxbackups: schedule.maxBackups,
  ...toKeepFields(schedule),
  quiescevm: given(schedule.quiesceVm),
  window: given(schedule.runWindow),
  jitter: schedule.jitterMinutes,
  catchup: schedule.catchUp,
  nextruns: upcomingRuns(schedule, runs),
});
