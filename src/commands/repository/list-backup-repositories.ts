import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { backupRepositoryResponse, toBackupRepositoryResponse } from '../responses/backup-repository.js';

@ApiCommand({
  name: 'listBackupRepositories',
  description: 'Lists the file shares in which backup providers keep backups',
  since: '4.20.0',
  roles: ['Admin'],
  returns: backupRepositoryResponse,
})
export class ListBackupRepositoriesCmd extends PagedCommand {
  @Parameter({ type: 'uuid', entity: 'backuprepository', description: 'only the backup repository with this ID' })
  id: string | undefined;

  @Parameter({ type: 'string', description: 'only repositories with this name' })
  name: string | undefined;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'only repositories of this zone' })
  zoneId: string | undefined;

  @Parameter({ type: 'string', description: 'only repositories of this backup provider' })
  provider: string | undefined;

  async execute(services: Services) {
    const { id: uuid, name, zoneId: zoneUuid, provider, keyword } = this;
    const { rows, total } = await services.repositories.list({ uuid, name, zoneUuid, provider, keyword }, this.pageOf(services));
    return list('backuprepository', rows.map(toBackupRepositoryResponse), total);
  }
}
