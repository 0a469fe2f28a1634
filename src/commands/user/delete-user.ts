import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { UserActionCommand } from './user-action-command.js';

@ApiCommand({
  name: 'deleteUser',
  description: 'Deletes a user; its account stays',
  roles: ADMINISTRATORS,
  event: 'USER.DELETE',
  returns: successResponse,
})
export class DeleteUserCmd extends UserActionCommand {
  async execute({ users }: Services, { caller }: CallContext) {
    await users.delete(caller, this.id);
    return { success: true };
  }
}
