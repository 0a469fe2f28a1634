import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import type { UserView } from '../dao/user-dao.js';
import { ApiError } from '../errors.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';
import type { DomainManager, DomainReference } from './domain-manager.js';
import type { IdentityDirectory } from './identity-directory.js';
import type { Passwords } from './password.js';

const TOUCH_EVERY_MS = 60_000;

/** A fresh login: what the client needs to go on with it. */
export interface Login {
  readonly token: string;
  readonly sessionKey: string;
  readonly user: UserView;
  /** Seconds without a request after which it ends. */
  readonly timeoutSeconds: number;
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Logins, kept in the database: any server that shares it knows them. */
export class SessionManager {
  constructor(
    private readonly db: Database,
    private readonly identities: IdentityDirectory,
    private readonly domains: DomainManager,
    private readonly passwords: Passwords,
    private readonly settings: DynamicSettings,
    private readonly now: () => Date,
  ) {}

  async login(username: string, password: string, domain: DomainReference): Promise<Login> {
    const home = await this.domains.findForLogin(domain);
    const user = home && (await this.db.daos.users.findByUsername(home.id, username));
    const isRight = await this.passwords.matches(password, user?.passwordHash);
    if (!user || !isRight) {
      throw new ApiError('login_failed', `Failed to authenticate user ${username}; please provide valid credentials`);
    }
    if (user.state !== 'enabled' || user.accountState !== 'enabled') {
      throw new ApiError('login_failed', `User ${username} is disabled or locked (or its account is); please contact the administrator`);
    }
    return this.begin(user);
  }

  /** The caller behind a live session; the sessionkey must come both as a cookie and as a parameter. Undefined if no session is named. */
  async find(tokens: readonly string[], keyCookies: readonly string[], keyParameter: string | undefined): Promise<Caller | undefined> {
    for (const token of tokens) {
      const session = await this.db.daos.sessions.findByToken(hashOf(token));
      if (!session) continue;
      const idleMs = this.now().getTime() - session.lastUsed.getTime();
      const isKeyRight = keyParameter !== undefined && equal(hashOf(keyParameter), session.sessionKeyHash);
      const hasKeyCookie = keyCookies.some((key) => equal(hashOf(key), session.sessionKeyHash));
      const caller = await this.identities.findByUserId(session.userId);
      if (idleMs > this.timeoutMs() || !isKeyRight || !hasKeyCookie || !caller) {
        await this.db.daos.sessions.delete(session.tokenHash);
        throw new ApiError('session_invalid');
      }
      if (idleMs > TOUCH_EVERY_MS) await this.db.daos.sessions.touch(session.id, this.now());
      return caller;
    }
    return undefined;
  }

  /** Ends the sessions; false if none of them was live. */
  async logout(tokens: readonly string[]): Promise<boolean> {
    let ended = false;
    for (const token of tokens) ended = (await this.db.daos.sessions.delete(hashOf(token))) || ended;
    return ended;
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

  private timeoutMs(): number {
    return this.settings.get('session.timeout') * 60_000;
  }
}

const equal = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
