import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import { ApiError } from '../../errors.js';
import type { Services } from '../../services.js';
import { describeApi } from '../../api/describe-api.js';
import { apiResponse } from '../responses/api.js';

@ApiCommand({
  name: 'listApis',
  description: 'Lists the commands that the caller may use, with parameters and answers',
  since: '4.1.0',
  roles: EVERYONE,
  // The web UI builds its menu from both, and stays on the login page if the zones are not there yet.
  after: ['listZones'],
  returns: apiResponse,
})
export class ListApisCmd extends Command {
  @Parameter({ type: 'string', description: 'only the command with this name' })
  name: string | undefined;

  async execute({ commands, roles }: Services, { caller }: CallContext) {
    const api = describeApi(commands, await roles.rightsOf(caller)).filter(({ name }) => this.name === undefined || name === this.name);
    if (api.length === 0) throw new ApiError('refused', 'Api Discovery plugin was unable to find an api by that name or process any apis');
    return { count: api.length, api };
  }
}
