import { ApiCommand } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { RoleActionCommand } from './role-action-command.js';

@ApiCommand({
  name: 'deleteRole',
  description: 'Removes a role that no account has',
  since: '4.9.0',
  roles: ['Admin'],
  event: 'ROLE.DELETE',
  returns: successResponse,
})
export class DeleteRoleCmd extends RoleActionCommand {
  async execute({ roles }: Services, { caller }: CallContext) {
    await roles.delete(caller, this.id);
    return { success: true };
  }
}
