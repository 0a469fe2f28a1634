import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { OwnedListCommand } from '../owned-list-command.js';
import { toVirtualMachineResponse, virtualMachineResponse } from '../responses/virtual-machine.js';

@ApiCommand({
  name: 'listVirtualMachines',
  description: 'List the virtual machines owned by the account.',
  roles: EVERYONE,
  returns: virtualMachineResponse,
})
export class ListVirtualMachinesCmd extends OwnedListCommand {
  @Parameter({ type: 'uuid', entity: 'virtualmachine', description: 'the ID of the virtual machine' })
  id: string | undefined;

  @Parameter({ type: 'string', description: 'name of the virtual machine' })
  name: string | undefined;

  @Parameter({ type: 'string', description: 'state of the virtual machine' })
  state: string | undefined;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'the availability zone ID' })
  zoneId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'backupoffering', since: '4.17', description: 'list by the backup offering ID' })
  backupOfferingId: string | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { id: uuid, name, state, zoneId: zoneUuid, backupOfferingId: backupOfferingUuid, keyword } = this;
    const wish = { uuid, name, state, zoneUuid, backupOfferingUuid, keyword };
    const { rows, total } = await services.machines.list(caller, this.ownersWished(uuid), wish, this.pageOf(services));
    return list('virtualmachine', rows.map(toVirtualMachineResponse), total);
  }
}
