import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toUserResponse, userResponse } from '../responses/user.js';

@ApiCommand({ name: 'getUser', description: 'Finds the user to whom an API key belongs', roles: EVERYONE, returns: userResponse })
export class GetUserCmd extends Command {
  @Parameter({ type: 'string', required: true, description: 'the API key' })
  userApiKey!: string;

  async execute({ users }: Services, { caller }: CallContext) {
    return { user: toUserResponse(await users.getByApiKey(caller, this.userApiKey), caller) };
  }
}
