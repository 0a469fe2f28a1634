import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
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
  // The web UI cannot show its form for this command without it.
  @Parameter({
    type: 'boolean',
    description: 'prefer the host that it ran on last; the inventory source chooses the host, whatever is said here',
  })
  considerLastHost: boolean | undefined;

  async execute({ machines }: Services, call: CallContext) {
    return { virtualmachine: toVirtualMachineResponse(await machines.start(this.id, call)) };
  }
}
