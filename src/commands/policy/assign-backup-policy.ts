import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'assignBackupPolicy',
  aliases: ['addVMToBackupPolicy'],
  description: 'Assigns a virtual machine to a backup policy',
  roles: EVERYONE,
  event: 'BACKUP.OFFERING.ASSIGN',
  async: true,
  returns: successResponse,
})
export class AssignBackupPolicyCmd extends Command {
  @Parameter({ type: 'uuid', required: true, alsoNamed: ['policyid'], entity: 'backuppolicy', description: 'the ID of the backup policy' })
  backupPolicyId!: string;

  @Parameter({ type: 'uuid', required: true, entity: 'virtualmachine', description: 'ID of the virtual machine' })
  virtualMachineId!: string;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'the ID of the zone; if given, it must be the zone of the virtual machine' })
  zoneId: string | undefined;

  override async subject({ machines, offerings, zones }: Services, { caller }: CallContext): Promise<Subject> {
    const { uuid } = await machines.get(caller, this.virtualMachineId);
    await offerings.get(this.backupPolicyId);
    if (this.zoneId !== undefined) zones.get(this.zoneId);
    return { type: 'VirtualMachine', uuid, machineUuid: uuid };
  }

  async execute({ assignments }: Services, call: CallContext) {
    const wish = { zoneUuid: this.zoneId, mayBeAssigned: true };
    await assignments.assign(this.virtualMachineId, this.backupPolicyId, wish, call);
    return { success: true };
  }
}
