import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, OpenCommand, Parameter, type OpenRequest } from '../../api/command.js';
import { loginCookies } from '../../api/cookies.js';
import type { Services } from '../../services.js';
import { loginResponse, toLoginResponse } from '../responses/login.js';

@ApiCommand({
  name: 'login',
  description: 'Starts a session, kept in the JSESSIONID and sessionkey cookies',
  roles: EVERYONE,
  event: 'USER.LOGIN',
  postOnly: true,
  returns: loginResponse,
})
export class LoginCmd extends OpenCommand {
  @Parameter({ type: 'string', required: true, description: 'name of the user' })
  username!: string;

  @Parameter({ type: 'string', required: true, sensitive: true, description: 'password of the user' })
  password!: string;

  @Parameter({ type: 'string', description: 'Path of the domain that the user belongs to; the ROOT domain if absent' })
  domain: string | undefined;

  @Parameter({ type: 'string', description: 'The id of the domain that the user belongs to; takes precedence over domain' })
  domainId: string | undefined;

  async answer({ sessions }: Services, { sessionTokens, remoteAddress }: OpenRequest) {
    const { username, password, domain: path, domainId: uuid } = this;
    const login = await sessions.login({ username, password, domain: { path, uuid }, remoteAddress });
    await sessions.logout(sessionTokens);
    return { body: toLoginResponse(login), setCookies: loginCookies(login.token, login.sessionKey), user: login.user };
  }
}
