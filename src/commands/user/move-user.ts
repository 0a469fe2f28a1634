import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { UserActionCommand } from './user-action-command.js';

@ApiCommand({
  name: 'moveUser',
  description: 'Makes a user one of another account in the same domain',
  roles: ADMINISTRATORS,
  event: 'USER.MOVE',
  returns: successResponse,
})
export class MoveUserCmd extends UserActionCommand {
  @Parameter({ type: 'uuid', entity: 'account', description: 'account that the user joins' })
  accountId: string | undefined;

  @Parameter({ type: 'string', description: 'name of that account, instead of its ID' })
  account: string | undefined;

  async execute({ users }: Services, { caller }: CallContext) {
    await users.move(caller, this.id, { uuid: this.accountId, name: this.account });
    return { success: true };
  }
}
