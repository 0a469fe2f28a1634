import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { Services } from '../../services.js';
import { keepingAsOffering } from '../retention-parameters.js';
import { backupOfferingResponse, toBackupOfferingResponse } from '../responses/backup-offering.js';

@ApiCommand({
  name: 'updateBackupOffering',
  description: 'Changes the name, the description, the permissions or the retention of a backup offering',
  since: '4.16.0',
  roles: ['Admin'],
  event: 'BACKUP.OFFERING.EDIT',
  returns: backupOfferingResponse,
})
export class UpdateBackupOfferingCmd extends keepingAsOffering(Command) {
  @Parameter({ type: 'uuid', required: true, entity: 'backupoffering', description: 'the backup offering to change' })
  id!: string;

  @Parameter({ type: 'string', description: 'its new name' })
  name: string | undefined;

  @Parameter({ type: 'string', description: 'its new description' })
  description: string | undefined;

  @Parameter({ type: 'boolean', description: 'whether users may take backups themselves' })
  allowUserDrivenBackups: boolean | undefined;

  async execute({ offerings }: Services) {
    const { name, description, allowUserDrivenBackups: userDriven } = this;
    const updated = await offerings.update(this.id, { name, description, userDriven, keeps: this });
    return { backupoffering: toBackupOfferingResponse(updated, offerings.zoneOf(updated)) };
  }
}
