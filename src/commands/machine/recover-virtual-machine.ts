import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toVirtualMachineResponse, virtualMachineResponse } from '../responses/virtual-machine.js';

@ApiCommand({
  name: 'recoverVirtualMachine',
  description: 'Brings a destroyed virtual machine back; it is stopped then',
  roles: EVERYONE,
  event: 'VM.RECOVER',
  returns: virtualMachineResponse,
})
export class RecoverVirtualMachineCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'virtualmachine', description: 'which virtual machine' })
  id!: string;

  async execute({ machines }: Services, call: CallContext) {
    return { virtualmachine: toVirtualMachineResponse(await machines.recover(this.id, call)) };
  }
}
