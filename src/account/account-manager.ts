import { randomUUID } from 'node:crypto';
import type { CacheInvalidation } from '../cache-invalidation.js';
import type { CallContext, Caller } from '../call-context.js';
import type { AccountChanges, AccountState, AccountView } from '../dao/account-dao.js';
import type { Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import type { UserView } from '../dao/user-dao.js';
import { denied, found, invalid, lookUp, NotFound, refused } from '../errors.js';
import type { ResourceReport, ResourceReports } from '../limits/resource-reports.js';
import { governs, type Access, type RoleWish } from './access.js';
import { ROOT_DOMAIN, type DomainManager } from './domain-manager.js';
import { readApiKeyAccess } from './entry.js';
import { assertHoldNothing } from './holdings.js';
import { insertAccount, type NewUser } from './new-account.js';
import type { Passwords } from './password.js';
import type { RoleType } from './role-type.js';
import { refusingDuplicates } from './unique-name.js';

/** What a new account is made of. */
export interface NewAccount {
  readonly role: RoleWish;
  /** That of the user unless given. */
  readonly name: string | undefined;
  /** The caller's unless given. */
  readonly domainUuid: string | undefined;
  readonly user: NewUser;
}

/** An account by its id, or by its name in a domain, which is the caller's unless given. */
export interface AccountReference {
  readonly uuid?: string | undefined;
  readonly name?: string | undefined;
  readonly domainUuid?: string | undefined;
}

/** What is to be changed of an account; undefined stays as it is. */
export interface AccountUpdate {
  readonly name: string | undefined;
  readonly roleUuid: string | undefined;
  /** Whether the keys of its users are let in: enabled, disabled or inherit. */
  readonly apiKeyAccess: string | undefined;
}

/** An account together with its users, and with what it has and may have if that is asked for. */
export interface AccountWithUsers {
  readonly account: AccountView;
  readonly users: readonly UserView[];
  readonly resources: ResourceReport | undefined;
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
  /** Also what the accounts have and may have. */
  readonly withResources: boolean;
}

/** The accounts: who makes, changes, stops and removes them. */
export class AccountManager {
  constructor(
    private readonly db: Database,
    private readonly domains: DomainManager,
    private readonly access: Access,
    private readonly passwords: Passwords,
    private readonly caches: CacheInvalidation,
    private readonly reports: ResourceReports,
    private readonly now: () => Date,
  ) {}

  /** Makes an account with its first user. Nobody makes one with more power than the own. */
  async create(caller: Caller, { role, name, domainUuid = caller.domainUuid, user }: NewAccount): Promise<AccountWithUsers> {
    const domain = await this.domains.get(domainUuid);
    if (!governs(caller, domain.id)) throw denied(`domain ${domainUuid}`);
    const { id: roleId, type } = await this.access.roleToGive(caller, role);
    assertBelongs(type, domain.path, 'domainid');
    const passwordHash = await this.passwords.hash(user.password);
    const accountName = name || user.username;
    const uuid = randomUUID();
    const id = await refusingDuplicates(`account ${accountName} or user ${user.username} exists already in the domain`, () =>
      this.caches.change(
        'identity',
        async (daos) => {
          const { id: domainId } = found(await daos.domains.touch(domain.id), 'domain', domainUuid);
          return insertAccount(daos, { uuid, roleId, name: accountName, domainId, user, passwordHash, created: this.now() });
        },
        () => uuid,
      ),
    );
    return this.view(id);
  }

  /** The account, which the caller must be allowed to look after. */
  async get(caller: Caller, { uuid, name, domainUuid }: AccountReference): Promise<AccountView> {
    if (domainUuid !== undefined) await this.domains.get(domainUuid);
    if (uuid === undefined && name === undefined) throw invalid('id', 'give it, or account together with domainid');
    const which = uuid === undefined ? { id: (await this.access.account(caller, name ?? '', domainUuid)).accountId } : { uuid };
    const account = found(await this.db.daos.accounts.findView(which), 'account', uuid ?? name ?? '');
    await this.access.assertMayManage(caller, { ...account, accountId: account.id }, `account ${account.uuid}`);
    return account;
  }

  /** As `get`, for what must not happen to the caller's own account, nor to the one that the server cannot do without. */
  async getDispensable(caller: Caller, reference: AccountReference): Promise<AccountView> {
    const account = await this.get(caller, reference);
    if (account.isDefault) throw refused(`account ${account.uuid} is the administrator's, which the server cannot do without`);
    if (account.id === caller.accountId) throw refused(`account ${account.uuid} is the caller's own; another administrator can do this`);
    return account;
  }

  /** Changes what is given. */
  async update(caller: Caller, reference: AccountReference, { name, roleUuid, apiKeyAccess }: AccountUpdate): Promise<AccountWithUsers> {
    const role = roleUuid === undefined ? undefined : await this.access.roleToGive(caller, { uuid: roleUuid, type: undefined });
    const { id, uuid, domainPath } = await (role ? this.getDispensable(caller, reference) : this.get(caller, reference));
    const changes: AccountChanges = {};
    if (name?.trim() === '') throw invalid('newname', 'an account must have a name');
    if (name !== undefined) changes.name = name;
    if (role) {
      assertBelongs(role.type, domainPath, 'roleid');
      changes.roleId = role.id;
    }
    if (apiKeyAccess !== undefined) changes.apiKeyAccess = readApiKeyAccess(caller, apiKeyAccess);
    if (Object.keys(changes).length > 0) {
      await refusingDuplicates(`account ${name} exists already in the domain`, () =>
        this.caches.change(
          'identity',
          (daos) => daos.accounts.update(id, changes),
          () => uuid,
        ),
      );
    }
    return this.view(id);
  }

  async enable(caller: Caller, reference: AccountReference): Promise<AccountWithUsers> {
    const { id, uuid } = await this.get(caller, reference);
    await this.caches.change(
      'identity',
      (daos) => daos.accounts.update(id, { state: 'enabled' }),
      () => uuid,
    );
    return this.view(id);
  }

  /** Keeps the users of the account out: their sessions end, and jobs that have not begun fail. What the account owns stays as it is. */
  async shut(caller: Caller, reference: AccountReference, state: Exclude<AccountState, 'enabled'>): Promise<AccountWithUsers> {
    const { id, uuid } = await this.getDispensable(caller, reference);
    await this.caches.change(
      'identity',
      async (daos) => {
        await daos.accounts.update(id, { state });
        await daos.sessions.deleteByAccount(id);
      },
      () => uuid,
    );
    return this.view(id);
  }

  /** Removes the account with its users; refused while it holds anything. */
  async delete(uuid: string, { caller, job }: CallContext): Promise<void> {
    // A job that is run again after a crash finds its work done.
    if (job?.isRepeat && (await this.db.daos.accounts.findByUuidIncludingRemoved(uuid))?.removed) return;
    const { id } = await this.getDispensable(caller, { uuid });
    await this.caches.change('identity', async (daos) => {
      await assertHoldNothing(daos, { accountId: id }, `account ${uuid}`);
      const removed = this.now();
      if (!(await daos.accounts.remove(id, removed))) throw new NotFound('account', uuid);
      await daos.users.remove({ accountId: id }, removed);
      await daos.webhooks.removeOwnedBy({ accountId: id }, removed);
    });
  }

  /** Without `listAll`, a domain or an id, an administrator sees only the own account, as everybody does. */
  async list(caller: Caller, wish: AccountWish, page: Page): Promise<Listing<AccountWithUsers>> {
    const { uuid, domainUuid, listAll, isRecursive, withResources, ...plain } = wish;
    const wanted = await lookUp(uuid, 'account', (id) => this.db.daos.accounts.findByUuid(id));
    const byId = wanted !== undefined;
    const owners = await this.access.owners(caller, { account: undefined, project: undefined, domainUuid, listAll, isRecursive, byId });
    const { accountId, domainId, domainPath } = owners;
    if (wanted && accountId !== undefined && accountId !== wanted.id) return { rows: [], total: 0 };
    const filter = { ...plain, id: wanted?.id ?? accountId, domainId, domainPath };
    const { rows, total } = await this.db.daos.accounts.list(filter, page);
    return { rows: await this.withUsers(rows, withResources), total };
  }

  private async view(id: number): Promise<AccountWithUsers> {
    const account = found(await this.db.daos.accounts.findView({ id }), 'account', String(id));
    const resources = (await this.reports.ofAccounts([account])).get(id);
    return { account, users: await this.db.daos.users.listByAccounts([id]), resources };
  }

  private async withUsers(accounts: readonly AccountView[], withResources: boolean): Promise<AccountWithUsers[]> {
    const users = accounts.length === 0 ? [] : await this.db.daos.users.listByAccounts(accounts.map(({ id }) => id));
    const reports = withResources ? await this.reports.ofAccounts(accounts) : undefined;
    const byAccount = new Map<number, UserView[]>(accounts.map(({ id }) => [id, []]));
    for (const user of users) byAccount.get(user.accountId)?.push(user);
    return accounts.map((account) => ({ account, users: byAccount.get(account.id) ?? [], resources: reports?.get(account.id) }));
  }
}

function assertBelongs(type: RoleType, domainPath: string, parameter: string): void {
  if (type === 'Admin' && domainPath !== ROOT_DOMAIN) throw invalid(parameter, 'root administrators belong to the ROOT domain');
}
