import { randomUUID } from 'node:crypto';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { backupOfferingResponse, toBackupOfferingResponse } from '../responses/backup-offering.js';

@ApiCommand({
  name: 'importBackupOffering',
  description: 'Imports a backup offering using a backup provider',
  since: '4.14.0',
  roles: ['Admin'],
  async: true,
  returns: backupOfferingResponse,
})
export class ImportBackupOfferingCmd extends Command {
  @Parameter({ type: 'string', required: true, description: 'the name of the backup offering' })
  name!: string;

  @Parameter({ type: 'string', required: true, description: 'the description of the backup offering' })
  description!: string;

  @Parameter({ type: 'string', required: true, description: 'The backup offering ID (from backup provider side)' })
  externalId!: string;

  @Parameter({ type: 'uuid', required: true, entity: 'zone', description: 'The zone ID' })
  zoneId!: string;

  @Parameter({ type: 'boolean', required: true, description: 'Whether users are allowed to create adhoc backups and backup schedules' })
  allowUserDrivenBackups!: boolean;

  override subject({ zones }: Services): Promise<Subject> {
    zones.get(this.zoneId);
    return Promise.resolve({ type: 'BackupOffering', uuid: randomUUID() });
  }

  async execute({ offerings }: Services, call: CallContext) {
    const { name, description, externalId, zoneId: zoneUuid, allowUserDrivenBackups: userDriven } = this;
    const imported = await offerings.importOffering({ name, description, externalId, zoneUuid, userDriven }, call);
    return { backupoffering: toBackupOfferingResponse(imported, offerings.zoneOf(imported)) };
  }
}
