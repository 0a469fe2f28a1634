import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import type { Session } from '../dao/session-dao.js';
import type { UserView } from '../dao/user-dao.js';
import { ApiError } from '../errors.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';
import type { DomainManager, DomainReference } from './domain-manager.js';
import type { IdentityDirectory } from './identity-directory.js';
import { mayEnterFrom } from './entry.js';
import type { PasswordCheck } from './password-check.js';

const TOUCH_EVERY_MS = 60_000;
/** Of the sessions that one request names, so many are looked at. */
const MOST_SESSIONS = 8;

/** A fresh login: what the client needs to go on with it. */
export interface Login {
  readonly token: string;
  readonly sessionKey: string;
  readonly user: UserView;
  /** Seconds without a request after which it ends. */
  readonly timeoutSeconds: number;
}

/** What somebody logs in with. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly domain: DomainReference;
  readonly remoteAddress: string;
}

/** What a request shows of its session. */
export interface SessionProof {
  /** Every session that its cookies name. */
  readonly tokens: readonly string[];
  readonly keyCookies: readonly string[];
  readonly keyParameter: string | undefined;
  readonly remoteAddress: string;
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Logins, kept in the database: any server that shares it knows them. */
export class SessionManager {
  constructor(
    private readonly db: Database,
    private readonly identities: IdentityDirectory,
    private readonly domains: DomainManager,
    private readonly passwords: PasswordCheck,
    private readonly settings: DynamicSettings,
    private readonly now: () => Date,
  ) {}

  /** Begins a session. Whether it was the password, the name, the address or a lock-out that kept somebody out, nobody is told. */
  async login({ username, password, domain, remoteAddress }: Credentials): Promise<Login> {
    const home = await this.domains.findForLogin(domain);
    const user = home && (await this.db.daos.users.findByUsername(home.id, username));
    const isRight = await this.passwords.isRight(user, password);
    if (!user || !isRight || !mayEnterFrom(this.settings, user, remoteAddress)) {
      throw new ApiError('login_failed', `Failed to authenticate user ${username.slice(0, 255)}; please provide valid credentials`);
    }
    if (user.state !== 'enabled' || user.accountState !== 'enabled') {
      throw new ApiError('login_failed', `User ${username} is disabled or locked (or its account is); please contact the administrator`);
    }
    return this.begin(user);
  }

  /** The caller behind the live session whose sessionkey the request carries; undefined if it names no live session. */
  async find(proof: SessionProof): Promise<Caller | undefined> {
    const { tokens, remoteAddress } = proof;
    const named = await Promise.all(tokens.slice(0, MOST_SESSIONS).map((token) => this.db.daos.sessions.findByToken(hashOf(token))));
    const live = named.filter((session) => session !== undefined);
    if (live.length === 0) return undefined;
    for (const session of live) {
      const caller = this.isUsable(session, proof) ? await this.identities.findVisitor(session.userId, remoteAddress) : undefined;
      if (!caller) continue;
      if (this.idleMs(session) > TOUCH_EVERY_MS) await this.db.daos.sessions.touch(session.id, this.now());
      return caller;
    }
    for (const { tokenHash } of live) await this.db.daos.sessions.delete(tokenHash);
    throw new ApiError('session_invalid');
  }

  /** Ends the sessions; answers whose they were, or undefined if none of them was live. */
  async logout(tokens: readonly string[]): Promise<UserView | undefined> {
    const { sessions, users } = this.db.daos;
    let user: UserView | undefined;
    for (const tokenHash of tokens.slice(0, MOST_SESSIONS).map(hashOf)) {
      const session = await sessions.findByToken(tokenHash);
      if (session && (await sessions.delete(tokenHash))) user = await users.findById(session.userId);
    }
    return user;
  }

  private async begin(user: UserView): Promise<Login> {
    const token = randomBytes(32).toString('base64url');
    const sessionKey = randomBytes(20).toString('base64url');
    const now = this.now();
    await this.db.daos.sessions.deleteUnusedSince(new Date(now.getTime() - this.timeoutMs()));
    await this.db.daos.sessions.insert({
      tokenHash: hashOf(token),
      sessionKeyHash: hashOf(sessionKey),
      userId: user.id,
      created: now,
      lastUsed: now,
    });
    return { token, sessionKey, user, timeoutSeconds: this.timeoutMs() / 1000 };
  }

  private isUsable(session: Session, { keyCookies, keyParameter }: SessionProof): boolean {
    if (this.idleMs(session) > this.timeoutMs()) return false;
    const isKey = (key: string) => equal(hashOf(key), session.sessionKeyHash);
    const isInCookie = keyCookies.some(isKey);
    const isInParameter = keyParameter !== undefined && isKey(keyParameter);
    const where = this.settings.get('api.sessionkey.check.locations');
    if (where === 'ParameterOnly') return isInParameter;
    return where === 'CookieOrParameter' ? isInCookie || isInParameter : isInCookie && isInParameter;
  }

  private idleMs({ lastUsed }: Session): number {
    return this.now().getTime() - lastUsed.getTime();
  }

  private timeoutMs(): number {
    return this.settings.get('session.timeout') * 60_000;
  }
}

const equal = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
