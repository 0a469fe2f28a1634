import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'removeVirtualMachineFromBackupOffering',
  aliases: ['removeVMFromBackupPolicy'],
  description: 'Takes a virtual machine out of its backup offering; its backups stay',
  since: '4.14.0',
  roles: EVERYONE,
  event: 'BACKUP.OFFERING.REMOVE',
  async: true,
  returns: successResponse,
})
export class RemoveVirtualMachineFromBackupOfferingCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'virtualmachine', description: 'ID of the virtual machine' })
  virtualMachineId!: string;

  @Parameter({
    type: 'uuid',
    alsoNamed: ['backuppolicyid', 'policyid'],
    entity: 'backupoffering',
    description: 'ID of the backup offering; if given, it must be the one that the VM is in',
  })
  backupOfferingId: string | undefined;

  @Parameter({ type: 'boolean', description: 'remove it also when the backup provider does not let go of it' })
  forced: boolean | undefined;

  override async subject({ machines, offerings }: Services, { caller }: CallContext): Promise<Subject> {
    const { uuid } = await machines.getIncludingRemoved(caller, this.virtualMachineId);
    if (this.backupOfferingId !== undefined) await offerings.get(this.backupOfferingId);
    return { type: 'VirtualMachine', uuid, machineUuid: uuid };
  }

  async execute({ assignments }: Services, call: CallContext) {
    await assignments.remove(this.virtualMachineId, { offeringUuid: this.backupOfferingId, forced: this.forced ?? false }, call);
    return { success: true };
  }
}
