import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { OwnedListCommand } from '../owned-list-command.js';
import { toVirtualMachineResponse, virtualMachineResponse } from '../responses/virtual-machine.js';

@ApiCommand({
  name: 'listVirtualMachines',
  aliases: ['listVirtualMachinesMetrics'],
  description: 'Lists virtual machines that the caller may see',
  roles: EVERYONE,
  returns: virtualMachineResponse,
})
export class ListVirtualMachinesCmd extends OwnedListCommand {
  @Parameter({ type: 'uuid', entity: 'virtualmachine', description: 'ID of the virtual machine' })
  id: string | undefined;

  @Parameter({ type: 'list', description: 'IDs of virtual machines, with commas between' })
  ids: readonly string[] | undefined;

  @Parameter({ type: 'string', description: 'name of the virtual machine' })
  name: string | undefined;

  @Parameter({ type: 'string', description: 'state of the machine' })
  state: string | undefined;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'only machines in this zone' })
  zoneId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'backupoffering', since: '4.17', description: 'only machines assigned to this backup offering' })
  backupOfferingId: string | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { id: uuid, ids: uuids, name, state, zoneId: zoneUuid, backupOfferingId: backupOfferingUuid, keyword } = this;
    const wish = { uuid, uuids, name, state, zoneUuid, backupOfferingUuid, keyword };
    const { rows, total } = await services.machines.list(caller, this.ownersWished(uuid ?? uuids?.[0]), wish, this.pageOf(services));
    return list('virtualmachine', rows.map(toVirtualMachineResponse), total);
  }
}
