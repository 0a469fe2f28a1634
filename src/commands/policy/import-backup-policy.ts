import { randomUUID } from 'node:crypto';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { backupPolicyResponse, toBackupPolicyResponse } from '../responses/backup-policy.js';

@ApiCommand({
  name: 'importBackupPolicy',
  description: 'Imports a backup policy of the backup provider of a zone, so that virtual machines can be assigned to it',
  roles: ['Admin'],
  event: 'BACKUP.IMPORT.OFFERING',
  async: true,
  returns: backupPolicyResponse,
})
export class ImportBackupPolicyCmd extends Command {
  @Parameter({ type: 'string', required: true, description: 'the name of the backup policy' })
  name!: string;

  @Parameter({ type: 'string', description: 'the description of the backup policy; that of the provider if absent' })
  description: string | undefined;

  @Parameter({ type: 'string', required: true, description: 'the id of the policy at the backup provider' })
  externalId!: string;

  @Parameter({ type: 'uuid', required: true, entity: 'zone', description: 'the ID of the zone' })
  zoneId!: string;

  @Parameter({ type: 'boolean', description: 'whether users may take backups themselves; true if absent' })
  allowUserDrivenBackups: boolean | undefined;

  override subject({ zones }: Services): Promise<Subject> {
    zones.get(this.zoneId);
    return Promise.resolve({ type: 'BackupOffering', uuid: randomUUID() });
  }

  async execute({ offerings }: Services, call: CallContext) {
    const { name, description, externalId, zoneId: zoneUuid, allowUserDrivenBackups: userDriven = true } = this;
    const imported = await offerings.importOffering({ name, description, externalId, zoneUuid, userDriven }, call);
    return { backuppolicy: toBackupPolicyResponse(imported, offerings.zoneOf(imported)) };
  }
}
