import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'deleteBackupSchedule',
  description: 'Deletes a backup schedule, or all that a virtual machine has; the backups that were taken stay',
  since: '4.14.0',
  roles: EVERYONE,
  event: 'BACKUP.SCHEDULE.DELETE',
  returns: successResponse,
})
export class DeleteBackupScheduleCmd extends Command {
  @Parameter({ type: 'uuid', entity: 'backupschedule', since: '4.20.1', description: 'ID of the backup schedule' })
  id: string | undefined;

  @Parameter({ type: 'uuid', entity: 'virtualmachine', description: 'without id: all schedules of this virtual machine' })
  virtualMachineId: string | undefined;

  async execute({ schedules }: Services, { caller }: CallContext) {
    await schedules.delete(caller, { uuid: this.id, vmUuid: this.virtualMachineId });
    return { success: true };
  }
}
