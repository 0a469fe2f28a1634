import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { OwnedListCommand } from '../owned-list-command.js';
import { backupScheduleResponse, toBackupScheduleResponse } from '../responses/backup-schedule.js';

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

  async execute(services: Services, { caller }: CallContext) {
    const { id: uuid, virtualMachineId: vmUuid, keyword } = this;
    // As in CloudStack, whoever may see all of them need not ask for all.
    const owners = { ...this.ownersWished(uuid ?? vmUuid), listAll: true };
    const { rows, total } = await services.schedules.list(caller, owners, { uuid, vmUuid, keyword }, this.pageOf(services));
    return list('backupschedule', rows.map(toBackupScheduleResponse), total);
  }
}
