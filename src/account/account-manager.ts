import { randomUUID } from 'node:crypto';
import type { CacheInvalidation } from '../cache-invalidation.js';
import type { Caller } from '../call-context.js';
import type { AccountView } from '../dao/account-dao.js';
import type { Daos, Database } from '../dao/database.js';
import { isDuplicate } from '../dao/database-error.js';
import type { Listing, Page } from '../dao/page.js';
import type { User, UserView } from '../dao/user-dao.js';
import { ApiError, found, lookUp, NotFound } from '../errors.js';
import { assertMayUse, governs, mayUse, type Access, type Owner } from './access.js';
import { ROOT_DOMAIN, type DomainManager } from './domain-manager.js';
import type { Passwords } from './password.js';
import type { RoleType } from './role-type.js';

/** What a new user is made of. */
export interface NewUser {
  readonly username: string;
  readonly password: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly timezone: string | undefined;
}

/** An account together with its users. */
export interface AccountWithUsers {
  readonly account: AccountView;
  readonly users: readonly UserView[];
}

/** What a list of accounts is narrowed by. */
export interface AccountWish {
  readonly uuid: string | undefined;
  readonly name: string | undefined;
  readonly domainUuid: string | undefined;
  readonly role: RoleType | undefined;
  readonly state: string | undefined;
  readonly keyword: string | undefined;
  readonly listAll: boolean;
  readonly isRecursive: boolean;
}

/** What a list of users is narrowed by. */
export interface UserWish {
  readonly uuid: string | undefined;
  readonly username: string | undefined;
  readonly account: string | undefined;
  readonly domainUuid: string | undefined;
  readonly isRecursive: boolean;
  readonly state: string | undefined;
  readonly keyword: string | undefined;
}

const ONE: Page = { limit: 1, offset: 0 };

/** Accounts and their users. */
export class AccountManager {
  constructor(
    private readonly db: Database,
    private readonly domains: DomainManager,
    private readonly access: Access,
    private readonly passwords: Passwords,
    private readonly caches: CacheInvalidation,
    private readonly now: () => Date,
  ) {}

  /** Makes an account with its first user; the account is named after the user unless a name is given. */
  async createAccount(role: RoleType, name: string | undefined, domainUuid: string | undefined, user: NewUser): Promise<AccountWithUsers> {
    const domainId = domainUuid === undefined ? undefined : (await this.domains.get(domainUuid)).id;
    const passwordHash = await this.passwords.hash(user.password);
    const accountName = name || user.username;
    const id = await refusingDuplicates(`account ${accountName} or user ${user.username} exists already in the domain`, () =>
      this.caches.change('identity', (daos) =>
        insertAccount(daos, { role, name: accountName, domainId, user, passwordHash, created: this.now() }),
      ),
    );
    return this.getAccount(id);
  }

  /** Adds a user to an account. */
  async createUser(caller: Caller, account: string, domainUuid: string | undefined, user: NewUser): Promise<UserView> {
    const owner = await this.access.owner(caller, account, domainUuid ?? caller.domainUuid);
    const passwordHash = await this.passwords.hash(user.password);
    const uuid = randomUUID();
    await refusingDuplicates(`user ${user.username} exists already in the domain`, () =>
      this.caches.change('identity', (daos) => daos.users.insert({ ...userRow(user, owner), uuid, passwordHash, created: this.now() })),
    );
    return this.getUser(caller, uuid);
  }

  /** Without `listAll`, a domain or an id, an administrator sees only the own account, as everybody does. */
  async listAccounts(caller: Caller, wish: AccountWish, page: Page): Promise<Listing<AccountWithUsers>> {
    const { uuid, domainUuid, listAll, isRecursive, ...plain } = wish;
    const wanted = await lookUp(uuid, 'account', (id) => this.db.daos.accounts.findByUuid(id));
    const byId = wanted !== undefined;
    const owners = await this.access.owners(caller, { account: undefined, project: undefined, domainUuid, listAll, isRecursive, byId });
    const { accountId, domainId, domainPath } = owners;
    if (wanted && accountId !== undefined && accountId !== wanted.id) return { rows: [], total: 0 };
    const filter = { ...plain, id: wanted?.id ?? accountId, domainId, domainPath };
    const { rows, total } = await this.db.daos.accounts.list(filter, page);
    return { rows: await this.withUsers(rows), total };
  }

  /** An administrator sees the users of everything that it governs, everybody else itself. */
  async listUsers(caller: Caller, wish: UserWish, page: Page): Promise<Listing<UserView>> {
    const { uuid, account, domainUuid, isRecursive, ...plain } = wish;
    const wanted = uuid === undefined ? undefined : await this.findUser(uuid);
    const owners = await this.access.owners(caller, { account, domainUuid, project: undefined, isRecursive, listAll: true, byId: true });
    const isAdministrator = governs(caller, caller.domainId);
    if (!isAdministrator && wanted && wanted.id !== caller.userId) return { rows: [], total: 0 };
    const id = isAdministrator ? wanted?.id : caller.userId;
    return this.db.daos.users.list({ ...plain, ...owners, id }, page);
  }

  /** A user that the caller may look at. */
  async getUser(caller: Caller, uuid: string): Promise<UserView> {
    const user = await this.findUser(uuid);
    assertMayUse(caller, user, `user ${uuid}`);
    return user;
  }

  /** Whose API key this is; keys of others are shown to administrators only. */
  async getUserByApiKey(caller: Caller, apiKey: string): Promise<UserView> {
    const user = await this.db.daos.users.findByApiKey(apiKey);
    if (!user || !mayUse(caller, user)) {
      throw new ApiError('invalid_value', 'parameter userapikey: no user has this key');
    }
    return user;
  }

  private async getAccount(id: number): Promise<AccountWithUsers> {
    const { rows } = await this.db.daos.accounts.list({ id }, ONE);
    const [account] = await this.withUsers(rows);
    if (!account) throw new NotFound('account', String(id));
    return account;
  }

  private async findUser(uuid: string): Promise<UserView> {
    return found(await this.db.daos.users.findByUuid(uuid), 'user', uuid);
  }

  private async withUsers(accounts: readonly AccountView[]): Promise<AccountWithUsers[]> {
    const users = accounts.length === 0 ? [] : await this.db.daos.users.listByAccounts(accounts.map(({ id }) => id));
    const byAccount = new Map<number, UserView[]>(accounts.map(({ id }) => [id, []]));
    for (const user of users) byAccount.get(user.accountId)?.push(user);
    return accounts.map((account) => ({ account, users: byAccount.get(account.id) ?? [] }));
  }
}

/** A new account with its first user, ready to be written. */
export interface AccountRow {
  readonly role: RoleType;
  readonly name: string;
  /** The domain at the top if undefined; that is made if there is none. */
  readonly domainId: number | undefined;
  readonly user: NewUser;
  readonly passwordHash: string;
  readonly keys?: UserKeys;
  readonly created: Date;
}

type UserKeys = Pick<User, 'apiKey' | 'secretKey'>;
const NO_KEYS: UserKeys = { apiKey: null, secretKey: null };

/** Writes an account and its first user; answers the account's id. */
export async function insertAccount(daos: Daos, account: AccountRow): Promise<number> {
  const { role, name, user, passwordHash, keys, created } = account;
  const domainId = account.domainId ?? (await topDomain(daos, created));
  const { id: roleId } = found(await daos.roles.findDefault(role), 'role', role);
  const row = { uuid: randomUUID(), domainId, name, roleId, state: 'enabled', apiKeyAccess: 'inherit', created } as const;
  const { id } = await daos.accounts.insert(row);
  await daos.users.insert({ ...userRow(user, { accountId: id, domainId }), uuid: randomUUID(), passwordHash, created, ...keys });
  return id;
}

async function topDomain(daos: Daos, created: Date): Promise<number> {
  const top =
    (await daos.domains.findByPath(ROOT_DOMAIN)) ??
    (await daos.domains.insert({ uuid: randomUUID(), parentId: null, name: ROOT_DOMAIN, path: ROOT_DOMAIN, created }));
  return top.id;
}

const userRow = (user: NewUser, { accountId, domainId }: Owner) => {
  const { username, firstName, lastName, email, timezone } = user;
  const names = { username, firstName, lastName, email, timezone: timezone ?? null };
  return { accountId, domainId, ...names, state: 'enabled', apiKeyAccess: 'inherit', ...NO_KEYS } as const;
};

async function refusingDuplicates<T>(why: string, insert: () => Promise<T>): Promise<T> {
  try {
    return await insert();
  } catch (error) {
    throw isDuplicate(error) ? new ApiError('invalid_value', why, error) : error;
  }
}
