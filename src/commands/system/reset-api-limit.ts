import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'resetApiLimit',
  description: 'Lets an account, or every account, send requests to this server as if it had not sent any',
  roles: ['Admin'],
  event: 'API.LIMIT.RESET',
  returns: successResponse,
})
export class ResetApiLimitCmd extends Command {
  @Parameter({ type: 'uuid', entity: 'account', description: 'only this account' })
  account: string | undefined;

  async execute({ apiLimits }: Services, { caller }: CallContext) {
    await apiLimits.reset(caller, this.account);
    return { success: true };
  }
}
