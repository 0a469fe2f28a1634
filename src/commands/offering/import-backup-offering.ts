import { randomUUID } from 'node:crypto';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { keepingAsOffering } from '../retention-parameters.js';
import { backupOfferingResponse, toBackupOfferingResponse } from '../responses/backup-offering.js';

@ApiCommand({
  name: 'importBackupOffering',
  description: 'Makes an offering of the backup provider available in a zone',
  since: '4.14.0',
  roles: ['Admin'],
  event: 'BACKUP.IMPORT.OFFERING',
  async: true,
  returns: backupOfferingResponse,
})
export class ImportBackupOfferingCmd extends keepingAsOffering(Command) {
  @Parameter({ type: 'string', required: true, description: 'name that the backup offering gets' })
  name!: string;

  @Parameter({ type: 'string', required: true, description: 'what users read about the backup offering' })
  description!: string;

  @Parameter({ type: 'string', required: true, description: 'ID by which the backup provider knows the offering' })
  externalId!: string;

  @Parameter({ type: 'uuid', required: true, entity: 'zone', description: 'ID of the zone' })
  zoneId!: string;

  @Parameter({ type: 'boolean', required: true, description: 'whether users may take and schedule backups themselves' })
  allowUserDrivenBackups!: boolean;

  override subject({ zones }: Services): Promise<Subject> {
    zones.get(this.zoneId);
    return Promise.resolve({ type: 'BackupOffering', uuid: randomUUID() });
  }

  async execute({ offerings }: Services, call: CallContext) {
    const { name, description, externalId, zoneId: zoneUuid, allowUserDrivenBackups: userDriven } = this;
    const imported = await offerings.importOffering({ name, description, externalId, zoneUuid, userDriven, keeps: this }, call);
    return { backupoffering: toBackupOfferingResponse(imported, offerings.zoneOf(imported)) };
  }
}
