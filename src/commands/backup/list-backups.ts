import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { OwnedListCommand } from '../owned-list-command.js';
import { backupResponse, toBackupResponse } from '../responses/backup.js';

@ApiCommand({
  name: 'listBackups',
  aliases: ['listVMBackups'],
  description: 'Lists backups that the caller may see',
  since: '4.14.0',
  roles: EVERYONE,
  returns: backupResponse,
})
export class ListBackupsCmd extends OwnedListCommand {
  @Parameter({ type: 'uuid', entity: 'backup', description: 'ID of the backup' })
  id: string | undefined;

  @Parameter({ type: 'uuid', entity: 'virtualmachine', description: 'only backups of this virtual machine' })
  virtualMachineId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'only backups in this zone' })
  zoneId: string | undefined;

  @Parameter({ type: 'string', since: '4.21.0', description: 'only backups with this name' })
  name: string | undefined;

  @Parameter({ type: 'uuid', entity: 'backupoffering', since: '4.21.0', description: 'only backups taken under this offering' })
  backupOfferingId: string | undefined;

  @Parameter({ type: 'string', description: 'only backups in this state, such as BackedUp' })
  status: string | undefined;

  @Parameter({ type: 'boolean', since: '4.21.0', description: 'also tell what the backup knows of its machine' })
  listVmDetails: boolean | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { id: uuid, virtualMachineId: vmUuid, zoneId: zoneUuid, name, backupOfferingId: offeringUuid, status, keyword } = this;
    const wish = { uuid, vmUuid, zoneUuid, offeringUuid, name, status, keyword };
    const { rows, total } = await services.backups.list(caller, this.ownersWished(uuid ?? vmUuid), wish, this.pageOf(services));
    const backups = rows.map((backup) => toBackupResponse(backup, { withMachine: this.listVmDetails ?? false }));
    return list('backup', backups, total);
  }
}
