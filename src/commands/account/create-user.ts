import { ApiCommand, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toUserResponse, userResponse } from '../responses/user.js';
import { NewUserCommand } from './new-user-command.js';

@ApiCommand({
  name: 'createUser',
  description: 'Creates a user for an account that already exists',
  roles: ['Admin'],
  returns: userResponse,
})
export class CreateUserCmd extends NewUserCommand {
  @Parameter({ type: 'string', required: true, description: 'Creates the user under the specified account.' })
  account!: string;

  @Parameter({
    type: 'uuid',
    entity: 'domain',
    description: 'Creates the user under the specified domain. Has to be accompanied with the account parameter',
  })
  domainId: string | undefined;

  async execute({ accounts }: Services, { caller }: CallContext) {
    return { user: toUserResponse(await accounts.createUser(caller, this.account, this.domainId, this.newUser())) };
  }
}
