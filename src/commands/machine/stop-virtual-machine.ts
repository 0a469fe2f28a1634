import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toVirtualMachineResponse, virtualMachineResponse } from '../responses/virtual-machine.js';
import { MachineActionCommand } from './machine-action-command.js';

@ApiCommand({
  name: 'stopVirtualMachine',
  description: 'Shuts a virtual machine down',
  roles: EVERYONE,
  event: 'VM.STOP',
  async: true,
  returns: virtualMachineResponse,
})
export class StopVirtualMachineCmd extends MachineActionCommand {
  @Parameter({ type: 'boolean', description: 'switch it off without waiting for the guest' })
  forced: boolean | undefined;

  async execute({ machines }: Services, call: CallContext) {
    return { virtualmachine: toVirtualMachineResponse(await machines.stop(this.id, call)) };
  }
}
