import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { MachineActionCommand } from './machine-action-command.js';

@ApiCommand({
  name: 'expungeVirtualMachine',
  description: 'Removes a destroyed virtual machine for good, with its volumes',
  roles: EVERYONE,
  event: 'VM.EXPUNGE',
  async: true,
  returns: successResponse,
})
export class ExpungeVirtualMachineCmd extends MachineActionCommand {
  async execute({ machines }: Services, call: CallContext) {
    await machines.expunge(this.id, call);
    return { success: true };
  }
}
