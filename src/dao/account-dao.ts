import type { Knex } from 'knex';
import type { RoleType } from '../account/role-type.js';
import { inTree, ownedBy } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';

export type AccountState = 'enabled' | 'disabled' | 'locked';

/** Whether requests signed with API keys are let in; what inherits goes by the next of user, account and `api.key.access`. */
export type ApiKeyAccess = 'enabled' | 'disabled' | 'inherit';

/** An account owns machines, volumes and backups; its users act for it. */
export interface Account {
  id: number;
  uuid: string;
  domainId: number;
  name: string;
  roleId: number;
  state: AccountState;
  apiKeyAccess: ApiKeyAccess;
  /** Whether the first start made it: there is always one account that can do everything. */
  isDefault: boolean;
  created: Date;
}

/** What can be changed of an account. */
export type AccountChanges = Partial<Pick<Account, 'name' | 'roleId' | 'state' | 'apiKeyAccess'>>;

/** An account with its role and the names that answers show. */
export interface AccountView extends Account {
  role: RoleType;
  roleUuid: string;
  roleName: string;
  domainUuid: string;
  domainPath: string;
}

/** What a list of accounts is narrowed by. */
export interface AccountFilter {
  readonly id?: number | undefined;
  readonly name?: string | undefined;
  readonly domainId?: number | undefined;
  /** The path of a domain: accounts in it and in every domain below it. */
  readonly domainPath?: string | undefined;
  readonly role?: RoleType | undefined;
  readonly state?: string | undefined;
  readonly keyword?: string | undefined;
}

export class AccountDao {
  constructor(private readonly db: Knex) {}

  async insert(account: Omit<Account, 'id'>): Promise<Account> {
    const [id] = (await this.db('account').insert(account)) as [number];
    return { ...account, id };
  }

  findByUuid(uuid: string): Promise<Account | undefined> {
    return this.live().where({ uuid }).first();
  }

  findByUuidIncludingRemoved(uuid: string): Promise<(Account & { removed: Date | null }) | undefined> {
    return this.db('account').where({ uuid }).first();
  }

  findView(which: { readonly id: number } | { readonly uuid: string }): Promise<AccountView | undefined> {
    const [[column, value]] = Object.entries(which) as [[string, number | string]];
    return this.views().where(`account.${column}`, value).whereNull('account.removed').first();
  }

  findByName(domainId: number, name: string): Promise<Account | undefined> {
    return this.live().where({ domainId, name }).first();
  }

  findViewIncludingRemoved(id: number): Promise<AccountView | undefined> {
    return this.views().where('account.id', id).first();
  }

  /** Whether there is any account yet. */
  async exist(): Promise<boolean> {
    return (await this.db('account').first('id')) !== undefined;
  }

  list({ id, name, domainId, domainPath, role, state, keyword }: AccountFilter, page: Page): Promise<Listing<AccountView>> {
    const given = { id, name, domainId, state };
    const query = this.views().whereNull('account.removed').orderBy('account.id');
    for (const [column, value] of Object.entries(given)) if (value !== undefined) void query.where(`account.${column}`, value);
    if (role !== undefined) void query.where('role.type', role);
    if (domainPath !== undefined) void inTree(query, domainPath);
    return listing(containing(query, keyword, ['account.name']), page);
  }

  /** Whether a domain has an account: the one at the path, or one below it. */
  async existIn(domainPath: string): Promise<boolean> {
    return (await this.inDomains(domainPath).first('id')) !== undefined;
  }

  /** Notes that a user is put into the account, so that its removal does not overlook it; false if it is gone. */
  async touch(id: number): Promise<boolean> {
    return (await this.live().where({ id }).increment('revision')) === 1;
  }

  async update(id: number, changes: AccountChanges): Promise<void> {
    await this.live().where({ id }).update(changes);
  }

  /** False if it was gone already. */
  async remove(id: number, removed: Date): Promise<boolean> {
    return (await this.live().where({ id }).update({ removed, live: null })) === 1;
  }

  /** Removes the accounts of the domain at the path and of every domain below it. */
  async removeIn(domainPath: string, removed: Date): Promise<void> {
    await this.inDomains(domainPath).update({ removed, live: null });
  }

  private inDomains(path: string) {
    return ownedBy(this.live(), { domainPath: path });
  }

  private live() {
    return this.db('account').whereNull('removed');
  }

  private views() {
    return this.db('account')
      .join('domain', 'domain.id', 'account.domainId')
      .join('role', 'role.id', 'account.roleId')
      .select('account.*', 'domain.uuid as domainUuid', 'domain.path as domainPath')
      .select('role.type as role', 'role.uuid as roleUuid', 'role.name as roleName');
  }
}
