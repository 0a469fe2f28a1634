import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { backupResponse, toBackupResponse } from '../responses/backup.js';

@ApiCommand({
  name: 'updateBackup',
  description: 'Puts a backup on hold, so that neither a rule nor deleteBackup deletes it, or releases it',
  roles: EVERYONE,
  event: 'BACKUP.UPDATE',
  returns: backupResponse,
})
export class UpdateBackupCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'backup', description: 'ID of the backup' })
  id!: string;

  @Parameter({ type: 'boolean', required: true, description: 'whether the backup is on hold' })
  hold!: boolean;

  @Parameter({ type: 'string', description: 'why it is on hold' })
  holdReason: string | undefined;

  async execute({ backups }: Services, { caller }: CallContext) {
    const held = await backups.hold(caller, this.id, { isHeld: this.hold, reason: this.holdReason });
    return { backup: toBackupResponse(held, { withMachine: false }) };
  }
}
