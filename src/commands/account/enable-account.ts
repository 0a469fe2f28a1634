import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { accountResponse, toAccountResponse } from '../responses/account.js';
import { AccountActionCommand } from './account-action-command.js';

@ApiCommand({
  name: 'enableAccount',
  description: 'Lets the users of an account in again',
  roles: ADMINISTRATORS,
  event: 'ACCOUNT.ENABLE',
  returns: accountResponse,
})
export class EnableAccountCmd extends AccountActionCommand {
  async execute({ accounts }: Services, { caller }: CallContext) {
    return { account: toAccountResponse(await accounts.enable(caller, this.reference()), caller) };
  }
}
