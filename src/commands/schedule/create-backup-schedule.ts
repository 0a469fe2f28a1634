import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { backupScheduleResponse, toBackupScheduleResponse } from '../responses/backup-schedule.js';

@ApiCommand({
  name: 'createBackupSchedule',
  aliases: ['updateBackupSchedule'],
  description: 'Gives a virtual machine a backup schedule, in place of the one that it has with the same interval',
  since: '4.14.0',
  roles: EVERYONE,
  event: 'BACKUP.SCHEDULE.CONFIGURE',
  returns: backupScheduleResponse,
})
export class CreateBackupScheduleCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'virtualmachine', description: 'ID of the virtual machine' })
  virtualMachineId!: string;

  @Parameter({ type: 'string', required: true, description: 'how often a backup is taken: HOURLY, DAILY, WEEKLY or MONTHLY' })
  intervalType!: string;

  @Parameter({
    type: 'string',
    required: true,
    description:
      'when it is taken: MM every hour, MM:HH every day, MM:HH:D every week or month; D is 1 for Sunday to 7, or a day from 1 to 28',
  })
  schedule!: string;

  @Parameter({ type: 'string', required: true, description: 'IANA name of the time zone whose clocks the schedule goes by' })
  timezone!: string;

  @Parameter({ type: 'integer', since: '4.21.0', description: 'how many backups of the schedule are kept; 0, or nothing, keeps all' })
  maxBackups: number | undefined;

  @Parameter({
    type: 'boolean',
    since: '4.21.0',
    description: 'hold the file systems of the guest still while a backup is taken, where the provider can',
  })
  quiesceVm: boolean | undefined;

  async execute({ schedules }: Services, call: CallContext) {
    const { virtualMachineId, intervalType, schedule, timezone, maxBackups = 0, quiesceVm } = this;
    const saved = await schedules.save(call, virtualMachineId, { intervalType, schedule, timezone, maxBackups, quiesceVm });
    return { backupschedule: toBackupScheduleResponse(saved) };
  }
}
