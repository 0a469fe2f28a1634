import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, OpenCommand, type OpenRequest } from '../../api/command.js';
import { emptiedCookies } from '../../api/cookies.js';
import { responseOf } from '../../api/response.js';
import { ApiError } from '../../errors.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'logout',
  description: 'Ends the session of the caller',
  roles: EVERYONE,
  returns: responseOf('logoutresponse', { description: ['string', 'what happened'] }),
})
export class LogoutCmd extends OpenCommand {
  async answer({ sessions }: Services, { sessionTokens, cookieNames }: OpenRequest) {
    if (!(await sessions.logout(sessionTokens))) throw new ApiError('bad_parameter', 'Session not found for the logout process.');
    return { body: { description: 'success' }, setCookies: emptiedCookies(cookieNames) };
  }
}
