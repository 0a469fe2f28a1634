import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'deleteBackupPolicy',
  description: 'Deletes an imported backup policy that no virtual machine is assigned to; the policy of the provider and the backups stay',
  roles: ['Admin'],
  event: 'BACKUP.OFFERING.DELETE',
  returns: successResponse,
})
export class DeleteBackupPolicyCmd extends Command {
  @Parameter({
    type: 'uuid',
    required: true,
    alsoNamed: ['policyid', 'id'],
    entity: 'backuppolicy',
    description: 'the ID of the backup policy',
  })
  backupPolicyId!: string;

  async execute({ offerings }: Services) {
    await offerings.delete(this.backupPolicyId, { keepsBackups: true });
    return { success: true };
  }
}
