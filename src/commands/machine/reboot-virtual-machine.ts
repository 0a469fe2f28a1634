import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toVirtualMachineResponse, virtualMachineResponse } from '../responses/virtual-machine.js';
import { MachineActionCommand } from './machine-action-command.js';

@ApiCommand({
  name: 'rebootVirtualMachine',
  description: 'Stops a running virtual machine and starts it again',
  roles: EVERYONE,
  event: 'VM.REBOOT',
  async: true,
  returns: virtualMachineResponse,
})
export class RebootVirtualMachineCmd extends MachineActionCommand {
  async execute({ machines }: Services, call: CallContext) {
    return { virtualmachine: toVirtualMachineResponse(await machines.reboot(this.id, call)) };
  }
}
