import { randomUUID } from 'node:crypto';
import type { CacheInvalidation } from '../cache-invalidation.js';
import type { Caller } from '../call-context.js';
import type { AccountState } from '../dao/account-dao.js';
import type { Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import type { UserChanges, UserView } from '../dao/user-dao.js';
import { ApiError, found, invalid, NotFound, refused } from '../errors.js';
import type { Secrets } from '../secrets.js';
import { governs, mayUse, type Access } from './access.js';
import type { AccountManager, AccountReference } from './account-manager.js';
import { readApiKeyAccess } from './entry.js';
import type { KeyPair } from './key-manager.js';
import { userRow, type NewUser } from './new-account.js';
import type { PasswordCheck } from './password-check.js';
import type { RoleType } from './role-type.js';
import { refusingDuplicates } from './unique-name.js';

/** What is to be changed of a user; undefined stays as it is. */
export interface UserUpdate extends Partial<Record<'username' | 'firstName' | 'lastName' | 'email' | 'timezone', string | undefined>> {
  readonly password: string | undefined;
  readonly currentPassword: string | undefined;
  readonly keys: KeyPair | undefined;
  /** Whether its keys are let in: enabled, disabled or inherit. */
  readonly apiKeyAccess: string | undefined;
}

/** What a list of users is narrowed by. */
export interface UserWish {
  readonly uuid: string | undefined;
  readonly username: string | undefined;
  readonly account: string | undefined;
  readonly domainUuid: string | undefined;
  readonly isRecursive: boolean;
  readonly project: string | undefined;
  readonly role: RoleType | undefined;
  readonly state: string | undefined;
  readonly keyword: string | undefined;
}

/** The users of accounts: who makes, changes, stops, moves and removes them. */
export class UserManager {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly accounts: AccountManager,
    private readonly passwords: PasswordCheck,
    private readonly secrets: Secrets,
    private readonly caches: CacheInvalidation,
    private readonly now: () => Date,
  ) {}

  /** Adds a user to an account that the caller may look after. */
  async create(caller: Caller, reference: AccountReference, user: NewUser): Promise<UserView> {
    const account = await this.accounts.get(caller, reference);
    const row = userRow(user, { ...account, accountId: account.id }, await this.passwords.hash(user.password));
    const uuid = randomUUID();
    await refusingDuplicates(`user ${user.username} exists already in the domain`, () =>
      this.caches.change(
        'identity',
        async (daos) => {
          if (!(await daos.accounts.touch(account.id))) throw new NotFound('account', account.uuid);
          await daos.users.insert({ ...row, uuid, created: this.now() });
        },
        () => uuid,
      ),
    );
    return this.find(uuid);
  }

  /** Changes what is given. A password that somebody else sets ends the user's sessions. */
  async update(caller: Caller, uuid: string, wish: UserUpdate): Promise<UserView> {
    const user = await this.get(caller, uuid);
    const { password, currentPassword, keys, apiKeyAccess, ...plain } = wish;
    for (const [field, value] of Object.entries(plain)) {
      if (value?.trim() === '') throw invalid(field.toLowerCase(), 'a user must have one');
    }
    const changes: UserChanges = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
    if (password !== undefined) {
      await this.assertMayReplacePassword(caller, user, currentPassword);
      Object.assign(changes, { passwordHash: await this.passwords.hash(password), failedLogins: 0 });
    }
    if (apiKeyAccess !== undefined) changes.apiKeyAccess = readApiKeyAccess(caller, apiKeyAccess);
    if (keys) Object.assign(changes, { apiKey: keys.apiKey, secretKey: this.secrets.seal(keys.secretKey) });
    if (Object.keys(changes).length === 0) return user;
    await refusingDuplicates('another user has this user name, or this API key', () =>
      this.caches.change('identity', async (daos) => {
        await daos.users.update(user.id, changes);
        if (password !== undefined && user.id !== caller.userId) await daos.sessions.deleteByUser(user.id);
      }),
    );
    return this.find(uuid);
  }

  /** Lets the user in again, also after wrong passwords. */
  async enable(caller: Caller, uuid: string): Promise<UserView> {
    const { id } = await this.get(caller, uuid);
    await this.caches.change('identity', (daos) => daos.users.update(id, { state: 'enabled', failedLogins: 0 }));
    return this.find(uuid);
  }

  /** Keeps the user out: its sessions end, and its jobs that have not begun fail. */
  async shut(caller: Caller, uuid: string, state: Exclude<AccountState, 'enabled'>): Promise<UserView> {
    const { id } = await this.getDispensable(caller, uuid);
    await this.caches.change('identity', async (daos) => {
      await daos.users.update(id, { state });
      await daos.sessions.deleteByUser(id);
    });
    return this.find(uuid);
  }

  async delete(caller: Caller, uuid: string): Promise<void> {
    const { id } = await this.getDispensable(caller, uuid);
    await this.caches.change('identity', (daos) => daos.users.remove({ id }, this.now()));
  }

  /** Makes the user one of another account of its domain. */
  async move(caller: Caller, uuid: string, reference: AccountReference): Promise<void> {
    const user = await this.get(caller, uuid);
    const account = await this.accounts.get(caller, reference);
    assertDispensable(caller, user);
    if (account.domainId !== user.domainId) throw refused(`user ${uuid} can only be moved to an account of its domain, ${user.domainPath}`);
    await this.caches.change('identity', async (daos) => {
      if (!(await daos.accounts.touch(account.id))) throw new NotFound('account', account.uuid);
      await daos.users.update(user.id, { accountId: account.id });
    });
  }

  /** An administrator sees the users of everything that it governs, everybody else itself. */
  async list(caller: Caller, wish: UserWish, page: Page): Promise<Listing<UserView>> {
    const { uuid, account, domainUuid, isRecursive, project, ...plain } = wish;
    const wanted = uuid === undefined ? undefined : await this.find(uuid);
    const owners = await this.access.owners(caller, { account, domainUuid, project, isRecursive, listAll: true, byId: true });
    const isAdministrator = governs(caller, caller.domainId);
    if (!isAdministrator && wanted && wanted.id !== caller.userId) return { rows: [], total: 0 };
    const id = isAdministrator ? wanted?.id : caller.userId;
    return this.db.daos.users.list({ ...plain, ...owners, id }, page);
  }

  /** The user, which the caller must be allowed to look after. */
  async get(caller: Caller, uuid: string): Promise<UserView> {
    const user = await this.find(uuid);
    await this.access.assertMayManage(caller, user, `user ${uuid}`);
    return user;
  }

  /** As `get`, for what must not happen to the caller itself, nor to the user that the server cannot do without. */
  async getDispensable(caller: Caller, uuid: string): Promise<UserView> {
    const user = await this.get(caller, uuid);
    assertDispensable(caller, user);
    return user;
  }

  /** Whose API key this is; keys of others are shown to administrators only. */
  async getByApiKey(caller: Caller, apiKey: string): Promise<UserView> {
    const user = await this.db.daos.users.findByApiKey(apiKey);
    if (!user || !mayUse(caller, user)) {
      throw new ApiError('invalid_value', 'parameter userapikey: no user has this key');
    }
    return user;
  }

  /** Whoever is no administrator must know the password that is replaced; guesses count like those of logins. */
  private async assertMayReplacePassword(caller: Caller, user: UserView, currentPassword: string | undefined): Promise<void> {
    if (governs(caller, user.domainId)) return;
    if (currentPassword === undefined) throw invalid('currentpassword', 'give it to set another password');
    if (!(await this.passwords.isRight(user, currentPassword))) {
      throw invalid('currentpassword', `this is not the password of user ${user.uuid}`);
    }
  }

  private async find(uuid: string): Promise<UserView> {
    return found(await this.db.daos.users.findByUuid(uuid), 'user', uuid);
  }
}

function assertDispensable(caller: Caller, { id, uuid, isDefault }: UserView): void {
  if (isDefault) throw refused(`user ${uuid} is the administrator, whom the server cannot do without`);
  if (id === caller.userId) throw refused(`user ${uuid} is the caller; another administrator can do this`);
}
