import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'deleteBackupOffering',
  description: 'Deletes a backup offering that no virtual machine is assigned to and that has no backups',
  since: '4.14.0',
  roles: ['Admin'],
  event: 'BACKUP.OFFERING.DELETE',
  returns: successResponse,
})
export class DeleteBackupOfferingCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'backupoffering', description: 'ID of the backup offering' })
  id!: string;

  async execute({ offerings }: Services) {
    await offerings.delete(this.id, { keepsBackups: false });
    return { success: true };
  }
}
