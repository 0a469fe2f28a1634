import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'assignVirtualMachineToBackupOffering',
  description: 'Puts a virtual machine under the protection of a backup offering',
  since: '4.14.0',
  roles: EVERYONE,
  event: 'BACKUP.OFFERING.ASSIGN',
  async: true,
  returns: successResponse,
})
export class AssignVirtualMachineToBackupOfferingCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'virtualmachine', description: 'ID of the virtual machine' })
  virtualMachineId!: string;

  @Parameter({ type: 'uuid', required: true, entity: 'backupoffering', description: 'ID of the backup offering' })
  backupOfferingId!: string;

  override async subject({ machines, offerings }: Services, { caller }: CallContext): Promise<Subject> {
    const { uuid } = await machines.get(caller, this.virtualMachineId);
    await offerings.get(this.backupOfferingId);
    return { type: 'VirtualMachine', uuid, machineUuid: uuid };
  }

  async execute({ assignments }: Services, call: CallContext) {
    await assignments.assign(this.virtualMachineId, this.backupOfferingId, { zoneUuid: undefined, mayBeAssigned: false }, call);
    return { success: true };
  }
}
