import type { Database } from '../dao/database.js';
import type { UserView } from '../dao/user-dao.js';
import type { Log } from '../log.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';
import type { Passwords } from './password.js';

/**
 * Whether a password is the user's. After so many wrong ones in a row none is right for a while: no login by password, that is, while
 * API keys and sessions go on. Of guesses that are made at the same time no more count than of guesses one after the other, because
 * each is counted before it is told whether it was right.
 */
export class PasswordCheck {
  constructor(
    private readonly db: Database,
    private readonly passwords: Passwords,
    private readonly settings: DynamicSettings,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  /** Takes as long, and says no, if there is no such user. */
  async isRight(user: UserView | undefined, password: string): Promise<boolean> {
    const isRight = await this.passwords.matches(password, user?.passwordHash);
    if (!user) return false;
    const { users } = this.db.daos;
    const limit = this.limit();
    if (!isRight) await users.countFailedLogin(user.id, limit);
    const isAccepted = isRight && (await users.forgetFailedLogins(user.id, limit));
    if (!isAccepted) this.log('warn', 'password not accepted', { user: user.username, account: user.accountName, isLockedOut: isRight });
    return isAccepted;
  }

  /** What is kept of a password. */
  hash(password: string): Promise<string> {
    return this.passwords.hash(password);
  }

  private limit() {
    const now = this.now();
    const most = this.settings.get('incorrect.login.attempts.allowed');
    return { now, most, since: new Date(now.getTime() - this.settings.get('login.lockout.minutes') * 60_000) };
  }
}
