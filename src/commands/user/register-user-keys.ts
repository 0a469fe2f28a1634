import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toUserKeysResponse, userKeysResponse } from '../responses/user-keys.js';
import { UserActionCommand } from './user-action-command.js';

@ApiCommand({
  name: 'registerUserKeys',
  description: 'Makes a new key pair for a user, in place of the old one',
  roles: EVERYONE,
  event: 'REGISTER.USER.KEY',
  returns: userKeysResponse,
})
export class RegisterUserKeysCmd extends UserActionCommand {
  async execute({ keys }: Services, { caller }: CallContext) {
    return { userkeys: toUserKeysResponse(await keys.renew(caller, this.id)) };
  }
}
