import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { Services } from '../../services.js';
import { backupRepositoryResponse, toBackupRepositoryResponse } from '../responses/backup-repository.js';

@ApiCommand({
  name: 'updateBackupRepository',
  description: 'Changes a backup repository; what is not given stays as it is',
  since: '4.22.0',
  roles: ['Admin'],
  event: 'BACKUP.REPOSITORY.UPDATE',
  returns: backupRepositoryResponse,
})
export class UpdateBackupRepositoryCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'backuprepository', description: 'ID of the backup repository' })
  id!: string;

  @Parameter({ type: 'string', description: 'its new name' })
  name: string | undefined;

  @Parameter({ type: 'string', length: 1024, description: 'its new address, of the same type' })
  address: string | undefined;

  @Parameter({ type: 'string', length: 1024, sensitive: true, description: 'its new mount options; the empty text takes them away' })
  mountOpts: string | undefined;

  @Parameter({ type: 'boolean', description: 'whether machines may be created in other zones from the backups in it' })
  crossZoneInstanceCreation: boolean | undefined;

  async execute({ repositories }: Services) {
    const { name, address, mountOpts: mountOptions, crossZoneInstanceCreation: crossZone } = this;
    const updated = await repositories.update(this.id, { name, address, mountOptions, crossZone });
    return { backuprepository: toBackupRepositoryResponse(updated) };
  }
}
