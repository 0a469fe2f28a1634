import { roleOfAccountType } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { invalid } from '../../errors.js';
import type { Services } from '../../services.js';
import { accountResponse, toAccountResponse } from '../responses/account.js';
import { NewUserCommand } from './new-user-command.js';

@ApiCommand({
  name: 'createAccount',
  description: 'Creates an account together with its first user',
  roles: ['Admin'],
  event: 'ACCOUNT.CREATE',
  returns: accountResponse,
})
export class CreateAccountCmd extends NewUserCommand {
  @Parameter({ type: 'string', description: 'name of the account; that of the user if absent' })
  account: string | undefined;

  @Parameter({
    type: 'integer',
    description: 'type of the account: 0 for user (also if absent), 1 for root admin, 2 for domain admin, 3 for resource domain admin',
  })
  accountType: number | undefined;

  @Parameter({ type: 'uuid', entity: 'domain', description: 'domain of the account; the ROOT domain if absent' })
  domainId: string | undefined;

  async execute({ accounts }: Services) {
    const role = roleOfAccountType(this.accountType ?? 0);
    if (role === undefined) throw invalid('accounttype', `${this.accountType} is no type of account; they are 0 to 3`);
    return { account: toAccountResponse(await accounts.createAccount(role, this.account, this.domainId, this.newUser())) };
  }
}
