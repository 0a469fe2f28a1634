import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toVirtualMachineResponse, virtualMachineResponse } from '../responses/virtual-machine.js';
import { MachineActionCommand } from './machine-action-command.js';

@ApiCommand({
  name: 'destroyVirtualMachine',
  description: 'Destroys a virtual machine; its backups stay',
  roles: EVERYONE,
  event: 'VM.DESTROY',
  async: true,
  returns: virtualMachineResponse,
})
export class DestroyVirtualMachineCmd extends MachineActionCommand {
  @Parameter({ type: 'boolean', description: 'expunge it at once; false if absent' })
  expunge: boolean | undefined;

  async execute({ machines }: Services, call: CallContext) {
    return { virtualmachine: toVirtualMachineResponse(await machines.destroy(this.id, this.expunge ?? false, call)) };
  }
}
