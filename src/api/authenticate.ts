import type { IdentityDirectory } from '../account/identity-directory.js';
import type { SessionManager } from '../account/session-manager.js';
import type { Caller } from '../call-context.js';
import { ApiError } from '../errors.js';
import { parseMoment } from './date.js';
import { sessionKeys, sessionTokens, type Cookies } from './cookies.js';
import { lookUp, type RequestParameters } from './request-parameters.js';
import { isSignedWith } from './signature.js';

/** Finds out who is calling: by session if the request names a live one, else by API key and signature. */
export class Authenticator {
  constructor(
    private readonly identities: IdentityDirectory,
    private readonly sessions: SessionManager,
    private readonly now: () => Date,
  ) {}

  async authenticate(parameters: RequestParameters, cookies: Cookies): Promise<Caller> {
    const bySession = await this.sessions.find(sessionTokens(cookies), sessionKeys(cookies), lookUp(parameters, 'sessionkey'));
    return bySession ?? this.bySignature(parameters);
  }

  private async bySignature(parameters: RequestParameters): Promise<Caller> {
    const apiKey = lookUp(parameters, 'apikey');
    const signature = lookUp(parameters, 'signature');
    if (!apiKey || !signature || this.isOutdated(parameters)) throw new ApiError('unauthenticated');
    const identity = await this.identities.findByApiKey(apiKey);
    if (!identity || !isSignedWith(identity.secretKey, parameters, signature)) throw new ApiError('unauthenticated');
    return identity.caller;
  }

  private isOutdated(parameters: RequestParameters): boolean {
    if (lookUp(parameters, 'signatureversion') !== '3') return false;
    const expires = parseMoment(lookUp(parameters, 'expires') ?? '');
    return !expires || expires < this.now();
  }
}
