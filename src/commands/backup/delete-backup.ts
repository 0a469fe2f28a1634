import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'deleteBackup',
  aliases: ['deleteVMBackup'],
  description: 'Deletes a backup, at the provider too',
  since: '4.14.0',
  roles: EVERYONE,
  event: 'BACKUP.DELETE',
  async: true,
  atProvider: true,
  returns: successResponse,
})
export class DeleteBackupCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'backup', description: 'ID of the backup' })
  id!: string;

  @Parameter({
    type: 'boolean',
    since: '4.18.0.0',
    description: 'delete it also when other backups depend on it, such as the later ones of a chain',
  })
  forced: boolean | undefined;

  override async subject({ backups }: Services, { caller }: CallContext): Promise<Subject> {
    const backup = await backups.get(caller, this.id);
    return { type: 'Backup', uuid: backup.uuid, machineUuid: backups.machineUuid(backup) };
  }

  async execute({ backups }: Services, call: CallContext) {
    await backups.deleteBackup(this.id, this.forced ?? false, call);
    return { success: true };
  }
}
