import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { readAccountType } from '../account-type.js';
import { accountResponse, toAccountResponse } from '../responses/account.js';
import { NewUserCommand } from '../user/new-user-command.js';

@ApiCommand({
  name: 'createAccount',
  description: 'Creates an account together with its first user',
  roles: ADMINISTRATORS,
  event: 'ACCOUNT.CREATE',
  returns: accountResponse,
})
export class CreateAccountCmd extends NewUserCommand {
  @Parameter({ type: 'string', description: 'name of the account; that of the user if absent' })
  account: string | undefined;

  @Parameter({
    type: 'integer',
    description:
      'type of the account, if no role is given: 0 for user (also if absent), 1 for root admin, 2 for domain admin, 3 for resource domain admin',
  })
  accountType: number | undefined;

  @Parameter({ type: 'uuid', entity: 'role', since: '4.9.0', description: 'role of the account; the default one of its type if absent' })
  roleId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'domain', description: 'domain of the account; that of the caller if absent' })
  domainId: string | undefined;

  @Parameter({ type: 'string', description: 'taken for the sake of clients and not used: there are no networks here' })
  networkDomain: string | undefined;

  async execute({ accounts }: Services, { caller }: CallContext) {
    const role = { uuid: this.roleId, type: readAccountType(this.accountType) };
    const wish = { role, name: this.account, domainUuid: this.domainId, user: this.newUser() };
    return { account: toAccountResponse(await accounts.create(caller, wish), caller) };
  }
}
