import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toUserKeysResponse, userKeysResponse } from '../responses/user-keys.js';
import { UserActionCommand } from './user-action-command.js';

@ApiCommand({
  name: 'getUserKeys',
  description: 'Shows the key pair of a user',
  roles: EVERYONE,
  returns: userKeysResponse,
})
export class GetUserKeysCmd extends UserActionCommand {
  async execute({ keys }: Services, { caller }: CallContext) {
    return { userkeys: toUserKeysResponse(await keys.get(caller, this.id)) };
  }
}
