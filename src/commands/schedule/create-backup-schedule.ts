import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { keeping } from '../retention-parameters.js';
import { backupScheduleResponse, FEW_RUNS, toBackupScheduleResponse } from '../responses/backup-schedule.js';

/** Beside a cron expression, or the id of a schedule that has one or the other, nothing need be said of an interval. */
const INTERVAL = { unless: ['cron', 'id'] } as const;

@ApiCommand({
  name: 'createBackupSchedule',
  aliases: ['updateBackupSchedule'],
  description:
    'Gives a virtual machine a backup schedule, in place of the one that it has with the same interval or the same cron expression; ' +
    'with id: changes that one',
  since: '4.14.0',
  roles: EVERYONE,
  event: 'BACKUP.SCHEDULE.CONFIGURE',
  returns: backupScheduleResponse,
})
export class CreateBackupScheduleCmd extends keeping(Command) {
  @Parameter({ type: 'uuid', required: { unless: ['id'] }, entity: 'virtualmachine', description: 'ID of the virtual machine' })
  virtualMachineId: string | undefined;

  @Parameter({ type: 'string', required: INTERVAL, description: 'how often a backup is taken: HOURLY, DAILY, WEEKLY or MONTHLY' })
  intervalType: string | undefined;

  @Parameter({
    type: 'string',
    required: INTERVAL,
    description:
      'when it is taken: MM every hour, MM:HH every day, MM:HH:D every week or month; D is 1 for Sunday to 7, or a day from 1 to 28',
  })
  schedule: string | undefined;

  @Parameter({
    type: 'string',
    required: { unless: ['id'] },
    description: 'IANA name of the time zone whose clocks the schedule goes by',
  })
  timezone: string | undefined;

  @Parameter({
    type: 'integer',
    since: '4.21.0',
    alsoNamed: ['keeplast'],
    description:
      'how many backups of the schedule are kept, the newest; if this and all the others that begin with keep are 0 or absent, all',
  })
  maxBackups: number | undefined;

  @Parameter({
    type: 'boolean',
    since: '4.21.0',
    description: 'hold the file systems of the guest still while a backup is taken, where the provider can',
  })
  quiesceVm: boolean | undefined;

  @Parameter({ type: 'uuid', entity: 'backupschedule', description: 'ID of a schedule that is changed; what is not said of it stays' })
  id: string | undefined;

  @Parameter({
    type: 'string',
    length: 100,
    description:
      'instead of intervaltype and schedule: minute, hour, day of the month, month and day of the week, as in 30 2 * * MON-FRI; ' +
      'a machine may have 20 such schedules',
  })
  cron: string | undefined;

  @Parameter({
    type: 'string',
    description: 'HH:MM-HH:MM in the time zone; what is due outside waits until it opens, all as one backup; empty for all day',
  })
  window: string | undefined;

  @Parameter({
    type: 'integer',
    description: 'each backup is put off by some part of so many minutes, 1440 at most, not beyond the next one or the end of the window',
  })
  jitter: number | undefined;

  @Parameter({
    type: 'boolean',
    description:
      'true, or nothing: one backup is taken for all that were due when no server ran; false: these are skipped, which an event tells',
  })
  catchUp: boolean | undefined;

  async execute({ schedules }: Services, call: CallContext) {
    const { id, virtualMachineId = '', intervalType, schedule, timezone, quiesceVm } = this;
    const { cron, window, jitter: jitterMinutes, catchUp } = this;
    const wish = { intervalType, schedule, timezone, quiesceVm, cron, window, jitterMinutes, catchUp, keeps: this };
    const saved = id === undefined ? await schedules.save(call, virtualMachineId, wish) : await schedules.change(call, id, wish);
    return { backupschedule: toBackupScheduleResponse(saved, FEW_RUNS) };
  }
}
