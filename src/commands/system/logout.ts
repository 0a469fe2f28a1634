import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, OpenCommand, type OpenRequest } from '../../api/command.js';
import { responseOf } from '../../api/response.js';
import { ApiError } from '../../errors.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'logout',
  description: 'Ends the sessions that the cookies of the request name',
  roles: EVERYONE,
  event: 'USER.LOGOUT',
  returns: responseOf('logoutresponse', { description: ['string', 'what happened'] }),
})
export class LogoutCmd extends OpenCommand {
  async answer({ sessions }: Services, { sessionTokens }: OpenRequest) {
    const user = await sessions.logout(sessionTokens);
    if (!user) throw new ApiError('bad_parameter', 'Session not found for the logout process.');
    // No cookie is emptied: this answer may reach the browser after that of a newer login, and would take its cookies.
    return { body: { description: 'success' }, user };
  }
}
