import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { accountResponse, toAccountResponse } from '../responses/account.js';
import { AccountActionCommand } from './account-action-command.js';

@ApiCommand({
  name: 'lockAccount',
  description: 'Locks an account, as disableAccount does with lock=true, but not as a job',
  roles: ADMINISTRATORS,
  event: 'ACCOUNT.DISABLE',
  returns: accountResponse,
})
export class LockAccountCmd extends AccountActionCommand {
  async execute({ accounts }: Services, { caller }: CallContext) {
    return { account: toAccountResponse(await accounts.shut(caller, this.reference(), 'locked'), caller) };
  }
}
