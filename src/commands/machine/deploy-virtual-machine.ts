import { randomUUID } from 'node:crypto';
import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter, type Subject } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { NewMachine } from '../../inventory/machine-manager.js';
import type { Services } from '../../services.js';
import { diskBytes } from '../disk-size.js';
import { toVirtualMachineResponse, virtualMachineResponse } from '../responses/virtual-machine.js';
import { NewMachineCommand } from './new-machine-command.js';

@ApiCommand({
  name: 'deployVirtualMachine',
  description: 'Creates a virtual machine and, unless told otherwise, starts it',
  roles: EVERYONE,
  event: 'VM.CREATE',
  async: true,
  creates: true,
  returns: virtualMachineResponse,
})
export class DeployVirtualMachineCmd extends NewMachineCommand {
  @Parameter({ type: 'uuid', entity: 'diskoffering', description: 'disk offering of a data disk' })
  diskOfferingId: string | undefined;

  @Parameter({ type: 'long', description: 'size of a data disk in GiB; without it and a disk offering there is none' })
  size: number | undefined;

  override async subject({ machines }: Services, call: CallContext): Promise<Subject> {
    await machines.checkNew(this.wish(), call);
    const uuid = randomUUID();
    return { type: 'VirtualMachine', uuid, machineUuid: uuid };
  }

  async execute({ machines }: Services, call: CallContext) {
    return { virtualmachine: toVirtualMachineResponse(await machines.deploy(this.wish(), call)) };
  }

  private wish(): NewMachine {
    const dataSizeBytes = this.size === undefined ? undefined : diskBytes('size', this.size);
    return { ...this.newMachine(), diskOfferingUuid: this.diskOfferingId, dataSizeBytes };
  }
}
