import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'deleteBackupRepository',
  description: 'Forgets a backup repository that has no backups; the file share is left as it is',
  since: '4.20.0',
  roles: ['Admin'],
  event: 'BACKUP.REPOSITORY.DELETE',
  returns: successResponse,
})
export class DeleteBackupRepositoryCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'backuprepository', description: 'ID of the backup repository' })
  id!: string;

  async execute({ repositories }: Services) {
    await repositories.delete(this.id);
    return { success: true };
  }
}
