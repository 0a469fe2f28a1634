import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'deleteAccount',
  description: 'Deletes an account with its users; refused while it has machines, volumes or backups',
  roles: ADMINISTRATORS,
  async: true,
  event: 'ACCOUNT.DELETE',
  returns: successResponse,
})
export class DeleteAccountCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'account', description: 'which account' })
  id!: string;

  override async subject({ accounts }: Services, { caller }: CallContext): Promise<Subject> {
    return { type: 'Account', uuid: (await accounts.getDispensable(caller, { uuid: this.id })).uuid };
  }

  async execute({ accounts }: Services, call: CallContext) {
    await accounts.delete(this.id, call);
    return { success: true };
  }
}
