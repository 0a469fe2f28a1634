import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toVirtualMachineResponse, virtualMachineResponse } from '../responses/virtual-machine.js';
import { MachineActionCommand } from './machine-action-command.js';

@ApiCommand({
  name: 'destroyVirtualMachine',
  description: 'Destroys a virtual machine.',
  roles: EVERYONE,
  async: true,
  returns: virtualMachineResponse,
})
export class DestroyVirtualMachineCmd extends MachineActionCommand {
  @Parameter({ type: 'boolean', description: 'If true is passed, the vm is expunged immediately. False by default.' })
  expunge: boolean | undefined;

  async execute({ machines }: Services, call: CallContext) {
    return { virtualmachine: toVirtualMachineResponse(await machines.destroy(this.id, this.expunge ?? false, call)) };
  }
}
