import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { Services } from '../../services.js';
import { backupOfferingResponse, toBackupOfferingResponse } from '../responses/backup-offering.js';

@ApiCommand({
  name: 'updateBackupOffering',
  description: 'Updates a backup offering.',
  since: '4.16.0',
  roles: ['Admin'],
  returns: backupOfferingResponse,
})
export class UpdateBackupOfferingCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'backupoffering', description: 'The ID of the Backup Offering to be updated' })
  id!: string;

  @Parameter({ type: 'string', description: 'The name of the Backup Offering to be updated' })
  name: string | undefined;

  @Parameter({ type: 'string', description: 'The description of the Backup Offering to be updated' })
  description: string | undefined;

  @Parameter({ type: 'boolean', description: 'Whether to allow user driven backups or not' })
  allowUserDrivenBackups: boolean | undefined;

  async execute({ offerings }: Services) {
    const { name, description, allowUserDrivenBackups: userDriven } = this;
    const updated = await offerings.update(this.id, { name, description, userDriven });
    return { backupoffering: toBackupOfferingResponse(updated, offerings.zoneOf(updated)) };
  }
}
