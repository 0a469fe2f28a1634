import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'createBackup',
  aliases: ['createVMBackup', 'startVMBackup'],
  description: 'Takes a backup of a virtual machine now',
  since: '4.14.0',
  roles: EVERYONE,
  event: 'BACKUP.CREATE',
  async: true,
  atProvider: true,
  cancellable: true,
  creates: true,
  returns: successResponse,
})
export class CreateBackupCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'virtualmachine', description: 'which virtual machine' })
  virtualMachineId!: string;

  @Parameter({ type: 'string', since: '4.21.0', description: 'name that the backup gets' })
  name: string | undefined;

  @Parameter({ type: 'string', since: '4.21.0', description: 'note kept with the backup' })
  description: string | undefined;

  @Parameter({
    type: 'boolean',
    since: '4.21.0',
    description: 'hold the file systems of the guest still while the backup is taken, where the provider can',
  })
  quiesceVm: boolean | undefined;

  override async subject({ machines }: Services, { caller }: CallContext): Promise<Subject> {
    const { uuid } = await machines.get(caller, this.virtualMachineId);
    return { type: 'VirtualMachine', uuid, machineUuid: uuid };
  }

  async execute({ backupTaker }: Services, call: CallContext) {
    const { name, description, quiesceVm: quiesce = false } = this;
    await backupTaker.take(this.virtualMachineId, { name, description, quiesce }, call);
    return { success: true };
  }
}
