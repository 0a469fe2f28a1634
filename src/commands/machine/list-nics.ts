import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { nicResponse, toNicResponse } from '../responses/nic.js';

@ApiCommand({ name: 'listNics', description: 'Lists the network interfaces of a virtual machine', roles: EVERYONE, returns: nicResponse })
export class ListNicsCmd extends PagedCommand {
  @Parameter({ type: 'uuid', required: true, entity: 'virtualmachine', description: 'which virtual machine' })
  virtualMachineId!: string;

  @Parameter({ type: 'uuid', entity: 'nic', description: 'ID of the network interface' })
  nicId: string | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { virtualMachineId: vmUuid, nicId: nicUuid } = this;
    const { rows, total } = await services.machines.listNics(caller, vmUuid, nicUuid, this.pageOf(services));
    return list(
      'nic',
      rows.map((nic) => toNicResponse(nic, vmUuid)),
      total,
    );
  }
}
