import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { readAccountType } from '../account-type.js';
import { OwnedListCommand } from '../owned-list-command.js';
import { toUserResponse, userResponse } from '../responses/user.js';

@ApiCommand({ name: 'listUsers', description: 'Lists users that the caller may see', roles: EVERYONE, returns: userResponse })
export class ListUsersCmd extends OwnedListCommand {
  @Parameter({ type: 'uuid', entity: 'user', description: 'only the user with this ID' })
  id: string | undefined;

  @Parameter({ type: 'string', description: 'only the user with this name' })
  username: string | undefined;

  @Parameter({ type: 'string', description: 'only users in this state' })
  state: string | undefined;

  @Parameter({
    type: 'integer',
    description: 'only users of accounts of this type: 0 for user, 1 for root admin, 2 for domain admin, 3 for resource domain admin',
  })
  accountType: number | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { id: uuid, username, account, domainId: domainUuid, isRecursive = false, projectId: project, keyword } = this;
    const state = this.state?.toLowerCase();
    const wish = { uuid, username, account, domainUuid, isRecursive, project, role: readAccountType(this.accountType), state, keyword };
    const { rows, total } = await services.users.list(caller, wish, this.pageOf(services));
    return list(
      'user',
      rows.map((user) => toUserResponse(user, caller)),
      total,
    );
  }
}
