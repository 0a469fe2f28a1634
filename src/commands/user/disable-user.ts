import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand, type Subject } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toUserResponse, userResponse } from '../responses/user.js';
import { UserActionCommand } from './user-action-command.js';

@ApiCommand({
  name: 'disableUser',
  description: 'Keeps a user out, who is called disabled from then on',
  roles: ADMINISTRATORS,
  async: true,
  event: 'USER.DISABLE',
  returns: userResponse,
})
export class DisableUserCmd extends UserActionCommand {
  override async subject({ users }: Services, { caller }: CallContext): Promise<Subject> {
    return { type: 'User', uuid: (await users.getDispensable(caller, this.id)).uuid };
  }

  async execute({ users }: Services, { caller }: CallContext) {
    return { user: toUserResponse(await users.shut(caller, this.id, 'disabled'), caller) };
  }
}
