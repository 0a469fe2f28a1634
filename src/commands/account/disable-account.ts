import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand, Parameter, type Subject } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { accountResponse, toAccountResponse } from '../responses/account.js';
import { AccountActionCommand } from './account-action-command.js';

@ApiCommand({
  name: 'disableAccount',
  description: 'Keeps the users of an account out; what the account owns stays as it is',
  roles: ADMINISTRATORS,
  async: true,
  event: 'ACCOUNT.DISABLE',
  returns: accountResponse,
})
export class DisableAccountCmd extends AccountActionCommand {
  @Parameter({ type: 'boolean', required: true, description: 'whether the account is called locked from then on, and not disabled' })
  lock!: boolean;

  override async subject({ accounts }: Services, { caller }: CallContext): Promise<Subject> {
    return { type: 'Account', uuid: (await accounts.getDispensable(caller, this.reference())).uuid };
  }

  async execute({ accounts }: Services, { caller }: CallContext) {
    const state = this.lock ? 'locked' : 'disabled';
    return { account: toAccountResponse(await accounts.shut(caller, this.reference(), state), caller) };
  }
}
