import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { accountResponse, toAccountResponse } from '../responses/account.js';
import { AccountActionCommand } from './account-action-command.js';

@ApiCommand({
  name: 'updateAccount',
  description: 'Changes an account',
  roles: ADMINISTRATORS,
  event: 'ACCOUNT.UPDATE',
  returns: accountResponse,
})
export class UpdateAccountCmd extends AccountActionCommand {
  @Parameter({ type: 'string', description: 'new name' })
  newName: string | undefined;

  @Parameter({ type: 'string', description: 'taken for the sake of clients and not used: there are no networks here' })
  networkDomain: string | undefined;

  @Parameter({ type: 'uuid', entity: 'role', since: '4.17.0', description: 'new role' })
  roleId: string | undefined;

  @Parameter({
    type: 'string',
    since: '4.20.1.0',
    description: 'for root administrators: whether the API keys of its users are let in: enabled, disabled or inherit',
  })
  apiKeyAccess: string | undefined;

  async execute({ accounts }: Services, { caller }: CallContext) {
    const changes = { name: this.newName, roleUuid: this.roleId, apiKeyAccess: this.apiKeyAccess };
    return { account: toAccountResponse(await accounts.update(caller, this.reference(), changes), caller) };
  }
}
