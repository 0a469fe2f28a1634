import type { KeyPair } from '../../account/key-manager.js';
import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import { invalid } from '../../errors.js';
import type { Services } from '../../services.js';
import { toUserResponse, userResponse } from '../responses/user.js';
import { readTimezone } from './timezone.js';
import { UserActionCommand } from './user-action-command.js';

@ApiCommand({ name: 'updateUser', description: 'Changes a user', roles: EVERYONE, event: 'USER.UPDATE', returns: userResponse })
export class UpdateUserCmd extends UserActionCommand {
  @Parameter({ type: 'string', description: 'new name by which the user logs in' })
  username: string | undefined;

  @Parameter({ type: 'string', description: 'new first name' })
  firstName: string | undefined;

  @Parameter({ type: 'string', description: 'new last name' })
  lastName: string | undefined;

  @Parameter({ type: 'string', description: 'new mail address' })
  email: string | undefined;

  @Parameter({ type: 'string', description: 'new time zone' })
  timezone: string | undefined;

  @Parameter({ type: 'string', sensitive: true, description: 'new password' })
  password: string | undefined;

  @Parameter({ type: 'string', sensitive: true, description: 'the password so far; administrators need not give it' })
  currentPassword: string | undefined;

  @Parameter({ type: 'string', description: 'new API key; needs usersecretkey' })
  userApiKey: string | undefined;

  @Parameter({ type: 'string', sensitive: true, description: 'new secret key; needs userapikey' })
  userSecretKey: string | undefined;

  @Parameter({
    type: 'string',
    since: '4.20.1.0',
    description: 'for root administrators: whether its API keys are let in: enabled, disabled or inherit',
  })
  apiKeyAccess: string | undefined;

  async execute({ users }: Services, { caller }: CallContext) {
    const { username, firstName, lastName, email, password, currentPassword, apiKeyAccess } = this;
    const wish = { username, firstName, lastName, email, password, currentPassword, apiKeyAccess };
    const timezone = readTimezone(this.timezone);
    return { user: toUserResponse(await users.update(caller, this.id, { ...wish, timezone, keys: this.keys() }), caller) };
  }

  private keys(): KeyPair | undefined {
    const { userApiKey: apiKey, userSecretKey: secretKey } = this;
    if (!apiKey && !secretKey) return undefined;
    if (!apiKey || !secretKey) throw invalid(apiKey ? 'usersecretkey' : 'userapikey', 'give both keys or neither');
    return { apiKey, secretKey };
  }
}
