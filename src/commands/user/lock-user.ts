import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toUserResponse, userResponse } from '../responses/user.js';
import { UserActionCommand } from './user-action-command.js';

@ApiCommand({
  name: 'lockUser',
  description: 'Keeps a user out, who is called locked from then on',
  roles: ADMINISTRATORS,
  event: 'USER.LOCK',
  returns: userResponse,
})
export class LockUserCmd extends UserActionCommand {
  async execute({ users }: Services, { caller }: CallContext) {
    return { user: toUserResponse(await users.shut(caller, this.id, 'locked'), caller) };
  }
}
