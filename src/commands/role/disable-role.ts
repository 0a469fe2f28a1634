import { ApiCommand } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { RoleActionCommand } from './role-action-command.js';

@ApiCommand({
  name: 'disableRole',
  description: 'Keeps the users of the accounts of a role from calling anything',
  since: '4.20.0',
  roles: ['Admin'],
  event: 'ROLE.DISABLE',
  returns: successResponse,
})
export class DisableRoleCmd extends RoleActionCommand {
  async execute({ roles }: Services, { caller }: CallContext) {
    await roles.setState(caller, this.id, 'disabled');
    return { success: true };
  }
}
