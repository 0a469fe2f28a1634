import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toUserResponse, userResponse } from '../responses/user.js';
import { NewUserCommand } from './new-user-command.js';

@ApiCommand({
  name: 'createUser',
  description: 'Adds a user to an account',
  roles: ADMINISTRATORS,
  event: 'USER.CREATE',
  returns: userResponse,
})
export class CreateUserCmd extends NewUserCommand {
  @Parameter({ type: 'string', required: true, description: 'name of the account that the user joins' })
  account!: string;

  @Parameter({
    type: 'uuid',
    entity: 'domain',
    description: 'domain in which that account is; that of the caller if absent',
  })
  domainId: string | undefined;

  async execute({ users }: Services, { caller }: CallContext) {
    const reference = { name: this.account, domainUuid: this.domainId };
    return { user: toUserResponse(await users.create(caller, reference, this.newUser()), caller) };
  }
}
