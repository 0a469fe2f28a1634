import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { readAccountType } from '../account-type.js';
import { wantsResources } from '../details.js';
import { PagedCommand } from '../paged-command.js';
import { accountResponse, toAccountResponse } from '../responses/account.js';

@ApiCommand({
  name: 'listAccounts',
  description: 'Lists accounts with their users',
  roles: EVERYONE,
  returns: accountResponse,
})
export class ListAccountsCmd extends PagedCommand {
  @Parameter({ type: 'uuid', entity: 'account', description: 'only the account with this ID' })
  id: string | undefined;

  @Parameter({ type: 'string', description: 'only the account with this name' })
  name: string | undefined;

  @Parameter({ type: 'uuid', entity: 'domain', description: 'only what belongs to this domain' })
  domainId: string | undefined;

  @Parameter({
    type: 'integer',
    description: 'only accounts of this type: 0 for user, 1 for root admin, 2 for domain admin, 3 for resource domain admin',
  })
  accountType: number | undefined;

  @Parameter({ type: 'string', description: 'only accounts in this state: enabled, disabled or locked' })
  state: string | undefined;

  @Parameter({ type: 'boolean', description: 'for administrators: every account instead of the own one' })
  listAll: boolean | undefined;

  @Parameter({ type: 'boolean', description: 'with domainid: also list the accounts of the domains below it' })
  isRecursive: boolean | undefined;

  @Parameter({
    type: 'list',
    description: 'min to leave out what the accounts have and may have; all and resource, as without it, to show it',
  })
  details: readonly string[] | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { id: uuid, name, domainId: domainUuid, accountType, keyword, listAll = false, isRecursive = false } = this;
    const wish = {
      uuid,
      name,
      domainUuid,
      role: readAccountType(accountType),
      state: this.state?.toLowerCase(),
      keyword,
      listAll,
      isRecursive,
      withResources: wantsResources(this.details),
    };
    const { rows, total } = await services.accounts.list(caller, wish, this.pageOf(services));
    return list(
      'account',
      rows.map((row) => toAccountResponse(row, caller)),
      total,
    );
  }
}
