import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'deleteRolePermission',
  description: 'Takes a rule from its role',
  since: '4.9.0',
  roles: ['Admin'],
  event: 'ROLE.PERMISSION.DELETE',
  returns: successResponse,
})
export class DeleteRolePermissionCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'rolepermission', description: 'which rule' })
  id!: string;

  async execute({ roles }: Services, { caller }: CallContext) {
    await roles.deleteRule(caller, this.id);
    return { success: true };
  }
}
