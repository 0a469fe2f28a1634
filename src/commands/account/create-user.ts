import { ApiCommand, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toUserResponse, userResponse } from '../responses/user.js';
import { NewUserCommand } from './new-user-command.js';

@ApiCommand({
  name: 'createUser',
  description: 'Adds a user to an account',
  roles: ['Admin'],
  event: 'USER.CREATE',
  returns: userResponse,
})
export class CreateUserCmd extends NewUserCommand {
  @Parameter({ type: 'string', required: true, description: 'name of the account that the user joins' })
  account!: string;

  @Parameter({
    type: 'uuid',
    entity: 'domain',
    description: 'domain in which that account is',
  })
  domainId: string | undefined;

  async execute({ accounts }: Services, { caller }: CallContext) {
    return { user: toUserResponse(await accounts.createUser(caller, this.account, this.domainId, this.newUser())) };
  }
}
