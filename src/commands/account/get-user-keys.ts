import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toUserKeysResponse, userKeysResponse } from '../responses/user-keys.js';

@ApiCommand({
  name: 'getUserKeys',
  description: 'This command allows the user to query the seceret and API keys for the account',
  roles: EVERYONE,
  returns: userKeysResponse,
})
export class GetUserKeysCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'user', description: 'User id' })
  id!: string;

  async execute({ keys }: Services, { caller }: CallContext) {
    return { userkeys: toUserKeysResponse(await keys.get(caller, this.id)) };
  }
}
