import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { apiLimitResponse, toApiLimitResponse } from '../responses/api-limit.js';

@ApiCommand({
  name: 'getApiLimit',
  description: 'Shows how many requests the account of the caller has sent, and may send, to this server',
  roles: EVERYONE,
  returns: apiLimitResponse,
})
export class GetApiLimitCmd extends Command {
  execute({ apiLimits }: Services, { caller }: CallContext) {
    return { apilimit: toApiLimitResponse(apiLimits.get(caller), caller) };
  }
}
