import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import { refused } from '../../errors.js';
import type { Services } from '../../services.js';
import { OwnedListCommand } from '../owned-list-command.js';
import { backupScheduleResponse, FEW_RUNS, toBackupScheduleResponse } from '../responses/backup-schedule.js';

const MOST_RUNS = 24;

@ApiCommand({
  name: 'listBackupSchedule',
  description: 'Lists the backup schedules of a virtual machine, or of all that the caller may see',
  since: '4.14.0',
  roles: EVERYONE,
  returns: backupScheduleResponse,
})
export class ListBackupScheduleCmd extends OwnedListCommand {
  @Parameter({ type: 'uuid', entity: 'backupschedule', since: '4.22.0', description: 'only the backup schedule with this ID' })
  id: string | undefined;

  @Parameter({ type: 'uuid', entity: 'virtualmachine', description: 'only the schedules of this virtual machine' })
  virtualMachineId: string | undefined;

  @Parameter({
    type: 'integer',
    description: 'how many of the next backups are told of each schedule: 3 unless said, and with id or virtualmachineid 24 at most',
  })
  nextRuns: number | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { id: uuid, virtualMachineId: vmUuid, keyword, nextRuns = FEW_RUNS } = this;
    // Of one machine there are few schedules; of all there may be many, and each run takes a while to find.
    const most = (uuid ?? vmUuid) === undefined ? FEW_RUNS : MOST_RUNS;
    if (nextRuns < 0 || nextRuns > most) {
      throw refused(`parameter nextruns: ${nextRuns} is not from 0 to ${most}; with id or virtualmachineid it may be ${MOST_RUNS}`);
    }
    // As in CloudStack, whoever may see all of them need not ask for all.
    const owners = { ...this.ownersWished(uuid ?? vmUuid), listAll: true };
    const { rows, total } = await services.schedules.list(caller, owners, { uuid, vmUuid, keyword }, this.pageOf(services));
    const shown = rows.map((schedule) => toBackupScheduleResponse(schedule, nextRuns));
    return list('backupschedule', shown, total);
  }
}
