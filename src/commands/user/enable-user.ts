import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toUserResponse, userResponse } from '../responses/user.js';
import { UserActionCommand } from './user-action-command.js';

@ApiCommand({
  name: 'enableUser',
  description: 'Lets a user in again',
  roles: ADMINISTRATORS,
  event: 'USER.ENABLE',
  returns: userResponse,
})
export class EnableUserCmd extends UserActionCommand {
  async execute({ users }: Services, { caller }: CallContext) {
    return { user: toUserResponse(await users.enable(caller, this.id), caller) };
  }
}
