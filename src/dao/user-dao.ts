import type { Knex } from 'knex';
import type { AccountState, ApiKeyAccess } from './account-dao.js';
import type { RoleType } from '../account/role-type.js';
import { inTree, ownedBy, type Owners } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';

/** Somebody, or some program, that acts for an account. */
export interface User {
  id: number;
  uuid: string;
  accountId: number;
  domainId: number;
  username: string;
  passwordHash: string;
  firstName: string;
  lastName: string;
  email: string;
  timezone: string | null;
  state: AccountState;
  apiKey: string | null;
  /** Sealed; see `Secrets`. */
  secretKey: string | null;
  apiKeyAccess: ApiKeyAccess;
  /** Whether the first start made it; see `Account.isDefault`. */
  isDefault: boolean;
  created: Date;
}

/** What can be changed of a user. */
export type UserChanges = Partial<Omit<User, 'id' | 'uuid' | 'domainId' | 'isDefault' | 'created'>> & { failedLogins?: 0 };

/** A user with account and domain, in one row. */
export interface UserView extends User {
  accountUuid: string;
  accountName: string;
  accountState: AccountState;
  accountApiKeyAccess: ApiKeyAccess;
  roleId: number;
  role: RoleType;
  roleUuid: string;
  roleName: string;
  domainUuid: string;
  domainPath: string;
}

/** How many logins may fail. */
export interface LoginLimit {
  readonly now: Date;
  /** 0: as many as anybody likes. */
  readonly most: number;
  /** A user whose last login failed before this begins anew. */
  readonly since: Date;
}

/** What a list of users is narrowed by. */
export interface UserFilter {
  readonly id?: number | undefined;
  readonly username?: string | undefined;
  readonly accountId?: number | undefined;
  readonly domainId?: number | undefined;
  /** The path of a domain: users in it and in every domain below it. */
  readonly domainPath?: string | undefined;
  readonly role?: RoleType | undefined;
  readonly state?: string | undefined;
  readonly keyword?: string | undefined;
}

export class UserDao {
  constructor(private readonly db: Knex) {}

  async insert(user: Omit<User, 'id'>): Promise<User> {
    const [id] = (await this.db('user').insert(user)) as [number];
    return { ...user, id };
  }

  findById(id: number): Promise<UserView | undefined> {
    return this.views().where('user.id', id).first();
  }

  findByIdIncludingRemoved(id: number): Promise<UserView | undefined> {
    return this.allViews().where('user.id', id).first();
  }

  findByUuid(uuid: string): Promise<UserView | undefined> {
    return this.views().where('user.uuid', uuid).first();
  }

  findByApiKey(apiKey: string): Promise<UserView | undefined> {
    return this.views().where('user.apiKey', apiKey).first();
  }

  findByUsername(domainId: number, username: string): Promise<UserView | undefined> {
    return this.views().where({ 'user.domainId': domainId, 'user.username': username }).first();
  }

  /** The administrator that every database begins with. */
  findDefault(): Promise<UserView | undefined> {
    return this.views().where('user.isDefault', true).first();
  }

  /** The users of the given accounts, oldest first. */
  listByAccounts(accountIds: readonly number[]): Promise<UserView[]> {
    return this.views().whereIn('user.accountId', accountIds).orderBy('user.id');
  }

  list({ id, username, accountId, domainId, domainPath, role, state, keyword }: UserFilter, page: Page): Promise<Listing<UserView>> {
    const given = {
      'user.id': id,
      'user.username': username,
      'user.accountId': accountId,
      'user.domainId': domainId,
      'user.state': state,
      'role.type': role,
    };
    const query = this.views().orderBy('user.id');
    for (const [column, value] of Object.entries(given)) if (value !== undefined) void query.where(column, value);
    if (domainPath !== undefined) void inTree(query, domainPath);
    return listing(containing(query, keyword, ['user.username', 'user.firstName', 'user.lastName', 'user.email']), page);
  }

  async update(id: number, changes: UserChanges): Promise<void> {
    await this.db('user').where({ id }).whereNull('removed').update(changes);
  }

  /** Removes a user, or those of the owners; their keys open nothing any more and may be given to somebody else. */
  async remove(which: { readonly id: number } | Owners, removed: Date): Promise<void> {
    const users = this.db('user').whereNull('removed');
    const wanted = 'id' in which ? users.where({ id: which.id }) : ownedBy(users, which);
    await wanted.update({ removed, live: null, apiKey: null, secretKey: null });
  }

  /** Counts one more, unless so many have failed that the user is locked out: that is not made longer by trying. */
  async countFailedLogin(id: number, limit: LoginLimit): Promise<void> {
    const failedLogins = this.db.raw('case when ?? > ? then ?? + 1 else 1 end', ['lastFailedLogin', limit.since, 'failedLogins']);
    // In this order: MySQL reads what it has just set.
    await this.notLockedOut(id, limit).update({ failedLogins, lastFailedLogin: limit.now });
  }

  /** False, and nothing is forgotten, if so many have failed that the user is locked out. */
  async forgetFailedLogins(id: number, limit: LoginLimit): Promise<boolean> {
    return (await this.notLockedOut(id, limit).update({ failedLogins: 0 })) === 1;
  }

  private notLockedOut(id: number, { most, since }: LoginLimit) {
    const user = this.db('user').where({ id });
    if (most === 0) return user;
    return user.where((free) => void free.where('failedLogins', '<', most).orWhere('lastFailedLogin', '<=', since));
  }

  private views() {
    return this.allViews().whereNull('user.removed').whereNull('account.removed');
  }

  private allViews() {
    return this.db('user')
      .join('account', 'account.id', 'user.accountId')
      .join('domain', 'domain.id', 'user.domainId')
      .join('role', 'role.id', 'account.roleId')
      .select(
        'user.*',
        'account.uuid as accountUuid',
        'account.name as accountName',
        'account.state as accountState',
        'account.apiKeyAccess as accountApiKeyAccess',
        'account.roleId as roleId',
        'role.type as role',
        'role.uuid as roleUuid',
        'role.name as roleName',
        'domain.uuid as domainUuid',
        'domain.path as domainPath',
      );
  }
}
