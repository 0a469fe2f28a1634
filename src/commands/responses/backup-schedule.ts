import { given, responseOf, type Fields } from '../../api/response.js';
import type { BackupScheduleView } from '../../dao/backup-schedule-dao.js';

export const backupScheduleResponse = responseOf('backupschedule', {
  id: ['string', 'ID of the backup schedule'],
  virtualmachineid: ['string', 'ID of the virtual machine'],
  virtualmachinename: ['string', 'name of the virtual machine'],
  schedule: ['string', 'when a backup is taken: MM, MM:HH or MM:HH:D'],
  intervaltype: ['string', 'how often: HOURLY, DAILY, WEEKLY or MONTHLY'],
  timezone: ['string', 'time zone whose clocks it goes by'],
  maxbackups: ['integer', 'how many of its backups are kept; 0 for all'],
  quiescevm: ['boolean', 'whether the file systems of the guest are held still; absent if nothing was said of it'],
});

export const toBackupScheduleResponse = (schedule: BackupScheduleView): Fields<typeof backupScheduleResponse> => ({
  id: schedule.uuid,
  virtualmachineid: schedule.vmUuid,
  virtualmachinename: schedule.vmName,
  schedule: schedule.schedule,
  intervaltype: schedule.intervalType,
  timezone: schedule.timezone,
  maxbackups: schedule.maxBackups,
  quiescevm: given(schedule.quiesceVm),
});
