import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { OwnedListCommand } from '../owned-list-command.js';
import { toVolumeResponse, volumeResponse } from '../responses/volume.js';

@ApiCommand({ name: 'listVolumes', description: 'Lists all volumes.', roles: EVERYONE, returns: volumeResponse })
export class ListVolumesCmd extends OwnedListCommand {
  @Parameter({ type: 'uuid', entity: 'volume', description: 'the ID of the disk volume' })
  id: string | undefined;

  @Parameter({ type: 'string', description: 'the name of the disk volume' })
  name: string | undefined;

  @Parameter({ type: 'string', description: 'the type of disk volume: ROOT or DATADISK' })
  type: string | undefined;

  @Parameter({ type: 'uuid', entity: 'virtualmachine', description: 'the ID of the virtual machine' })
  virtualMachineId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'the ID of the availability zone' })
  zoneId: string | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { id: uuid, name, type, virtualMachineId: vmUuid, zoneId: zoneUuid, keyword } = this;
    const wish = { uuid, name, type, vmUuid, zoneUuid, keyword };
    const { rows, total } = await services.volumes.list(caller, this.ownersWished(uuid ?? vmUuid), wish, this.pageOf(services));
    return list('volume', rows.map(toVolumeResponse), total);
  }
}
