import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { OwnedListCommand } from '../owned-list-command.js';
import { restoreResponse, toRestoreResponse } from '../responses/restore.js';

@ApiCommand({
  name: 'listRestores',
  description: 'Lists restores that came to an end, with what was found of each volume, also when backup and machine are gone since',
  roles: EVERYONE,
  returns: restoreResponse,
})
export class ListRestoresCmd extends OwnedListCommand {
  @Parameter({ type: 'uuid', entity: 'restore', description: 'ID of the restore' })
  id: string | undefined;

  @Parameter({ type: 'uuid', entity: 'backup', description: 'only restores of this backup' })
  backupId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'virtualmachine', description: 'only restores that gave volumes to this virtual machine' })
  virtualMachineId: string | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { id: uuid, backupId: backupUuid, virtualMachineId: vmUuid, keyword } = this;
    const owners = this.ownersWished(uuid ?? backupUuid ?? vmUuid);
    const { rows, total } = await services.restores.list(caller, owners, { uuid, backupUuid, vmUuid, keyword }, this.pageOf(services));
    return list('restore', rows.map(toRestoreResponse), total);
  }
}
