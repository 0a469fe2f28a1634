import { ApiCommand } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { RoleActionCommand } from './role-action-command.js';

@ApiCommand({
  name: 'enableRole',
  description: 'Lets the users of the accounts of a role call commands again',
  since: '4.20.0',
  roles: ['Admin'],
  event: 'ROLE.ENABLE',
  returns: successResponse,
})
export class EnableRoleCmd extends RoleActionCommand {
  async execute({ roles }: Services, { caller }: CallContext) {
    await roles.setState(caller, this.id, 'enabled');
    return { success: true };
  }
}
