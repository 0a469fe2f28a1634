import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { OwnedListCommand } from '../owned-list-command.js';
import { toVolumeResponse, volumeResponse } from '../responses/volume.js';

@ApiCommand({
  name: 'listVolumes',
  aliases: ['listVolumesMetrics'],
  description: 'Lists volumes that the caller may see',
  roles: EVERYONE,
  returns: volumeResponse,
})
export class ListVolumesCmd extends OwnedListCommand {
  @Parameter({ type: 'uuid', entity: 'volume', description: 'ID of the volume' })
  id: string | undefined;

  @Parameter({ type: 'list', description: 'IDs of volumes, with commas between' })
  ids: readonly string[] | undefined;

  @Parameter({ type: 'string', description: 'name of the volume' })
  name: string | undefined;

  @Parameter({ type: 'string', description: 'ROOT or DATADISK' })
  type: string | undefined;

  @Parameter({ type: 'string', description: 'state of the volume' })
  state: string | undefined;

  @Parameter({ type: 'uuid', entity: 'virtualmachine', description: 'ID of the virtual machine' })
  virtualMachineId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'ID of the zone' })
  zoneId: string | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { id: uuid, ids: uuids, name, type, state, virtualMachineId: vmUuid, zoneId: zoneUuid, keyword } = this;
    const wish = { uuid, uuids, name, type, state, vmUuid, zoneUuid, keyword };
    const { rows, total } = await services.volumes.list(
      caller,
      this.ownersWished(uuid ?? vmUuid ?? uuids?.[0]),
      wish,
      this.pageOf(services),
    );
    return list('volume', rows.map(toVolumeResponse), total);
  }
}
