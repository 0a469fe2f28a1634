import type { IdentityDirectory } from '../account/identity-directory.js';
import type { SessionManager } from '../account/session-manager.js';
import type { Caller } from '../call-context.js';
import { ApiError } from '../errors.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';
import { parseMoment } from './date.js';
import { sessionKeys, sessionTokens } from './cookies.js';
import type { ApiRequest } from './dispatcher.js';
import { lookUp, type RequestParameters } from './request-parameters.js';
import { isSignedWith } from './signature.js';

/** As whom a request comes, as far as it says so, and where from. */
type Claim = Pick<ApiRequest, 'parameters' | 'cookies' | 'remoteAddress'>;

/** A signed request that must expire is valid for so long. */
const LONGEST_VALID_MS = 15 * 60_000;

/** Finds out who is calling: by session if the request names a live one, else by API key and signature. */
export class Authenticator {
  constructor(
    private readonly identities: IdentityDirectory,
    private readonly sessions: SessionManager,
    private readonly settings: DynamicSettings,
    private readonly now: () => Date,
  ) {}

  async authenticate({ parameters, cookies, remoteAddress }: Claim): Promise<Caller> {
    const tokens = sessionTokens(cookies);
    const proof = { tokens, keyCookies: sessionKeys(cookies), keyParameter: lookUp(parameters, 'sessionkey'), remoteAddress };
    return (await this.sessions.find(proof)) ?? this.bySignature(parameters, remoteAddress);
  }

  private async bySignature(parameters: RequestParameters, remoteAddress: string): Promise<Caller> {
    const apiKey = lookUp(parameters, 'apikey');
    const signature = lookUp(parameters, 'signature');
    if (!apiKey || !signature) throw notVerified('no API key and signature');
    if (this.isOutdated(parameters)) throw notVerified('expired, or not valid for a short time');
    const identity = await this.identities.findByApiKey(apiKey, remoteAddress);
    if (!identity) throw notVerified('nobody who is let in from there has the API key');
    if (!isSignedWith(identity.secretKey, parameters, signature)) throw notVerified('wrong signature');
    return identity.caller;
  }

  private isOutdated(parameters: RequestParameters): boolean {
    const mustExpire = this.settings.get('enforce.post.requests.and.timestamps');
    if (lookUp(parameters, 'signatureversion') !== '3') return mustExpire;
    const expires = parseMoment(lookUp(parameters, 'expires') ?? '');
    if (!expires) return true;
    const restMs = expires.getTime() - this.now().getTime();
    return restMs < 0 || (mustExpire && restMs > LONGEST_VALID_MS);
  }
}

/** The caller is told no reason: it would help whoever guesses. */
const notVerified = (reason: string): ApiError => new ApiError('unauthenticated', undefined, reason);
