import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toVirtualMachineResponse, virtualMachineResponse } from '../responses/virtual-machine.js';
import { MachineActionCommand } from './machine-action-command.js';

@ApiCommand({
  name: 'startVirtualMachine',
  description: 'Starts a stopped virtual machine',
  roles: EVERYONE,
  event: 'VM.START',
  async: true,
  returns: virtualMachineResponse,
})
export class StartVirtualMachineCmd extends MachineActionCommand {
  async execute({ machines }: Services, call: CallContext) {
    return { virtualmachine: toVirtualMachineResponse(await machines.start(this.id, call)) };
  }
}
