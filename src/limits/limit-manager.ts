import { governs, type Access, type Owner } from '../account/access.js';
import type { Caller } from '../call-context.js';
import type { AccountView } from '../dao/account-dao.js';
import type { Database } from '../dao/database.js';
import type { Domain } from '../dao/domain-dao.js';
import type { Listing, Page } from '../dao/page.js';
import { ApiError, found, invalid, NotFound } from '../errors.js';
import type { OwnerLimits } from './owner-limits.js';
import type { LimitedOwner } from './quota.js';
import { limitOf, typeNumbered, typesAsked, unitsOf, usedIn, type ResourceType } from './resource-type.js';

/** Whose limits are meant: an account's, or those of a domain with everything below it. */
export interface LimitWish {
  readonly account: string | undefined;
  readonly domainUuid: string | undefined;
  readonly project: string | undefined;
}

/** What a list of limits is narrowed by. */
export interface LimitFilter {
  readonly typeNumber: number | undefined;
  readonly typeName: string | undefined;
  readonly keyword: string | undefined;
}

/** A limit, or what is used, in the units of the type. */
export interface TypedUnits {
  /** Undefined if it is that of a domain. */
  readonly account: AccountView | undefined;
  readonly domain: Pick<Domain, 'uuid' | 'path'>;
  readonly type: ResourceType;
  readonly units: number;
}

/** What limits an account most. */
export interface TightestLimit {
  /** `Infinity` if nothing does. */
  readonly limit: number;
  /** Whose limit it is, such as `domain ROOT/north`. */
  readonly name: string;
}

interface Target extends Pick<TypedUnits, 'account' | 'domain'> {
  readonly owner: LimitedOwner;
  /** What a domain is part of. */
  readonly parent: LimitedOwner | undefined;
}

/** Shows and sets limits. What holds them is `Admission`. */
export class LimitManager {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly limits: OwnerLimits,
  ) {}

  /** The limits that hold, the caller's own account's unless the wish names somebody. */
  async list(
    caller: Caller,
    wish: LimitWish,
    { typeNumber, typeName, keyword = '' }: LimitFilter,
    page: Page,
  ): Promise<Listing<TypedUnits>> {
    const { owner, account, domain } = await this.target(caller, wish);
    const types = typesAsked(typeNumber, typeName).filter((each) => each.includes(keyword.toLowerCase()));
    const rows = types.map((each) => ({ account, domain, type: each, units: unitsOf(each, owner.limits[each]) }));
    return { rows: rows.slice(page.offset, page.offset + page.limit), total: rows.length };
  }

  /** What counts towards the limits now. Nothing is counted anew, because nothing is kept but what is counted. */
  async count(caller: Caller, wish: LimitWish, typeNumber: number | undefined): Promise<readonly TypedUnits[]> {
    const { owner, account, domain } = await this.target(caller, wish);
    const used = usedIn(await this.db.daos.backups.useOf(owner.counted));
    return typesAsked(typeNumber, undefined).map((each) => ({ account, domain, type: each, units: unitsOf(each, used[each]) }));
  }

  /** Gives an account or a domain a limit of its own; -1 units are none. What it has already it keeps. */
  async update(caller: Caller, wish: LimitWish, typeNumber: number, units: number): Promise<TypedUnits> {
    if (Object.values(wish).every((named) => named === undefined)) {
      throw invalid('domainid', "is missing: name the domain whose limit it is, and the account if it is an account's");
    }
    const type = typeNumbered(typeNumber);
    const max = limitOf(type, units);
    const { owner, parent, account, domain } = await this.target(caller, wish);
    assertNotOwn(caller, owner);
    if (account) await this.access.assertMayManage(caller, { ...account, accountId: account.id }, `account ${account.uuid}`);
    if (parent && max !== Infinity && max > parent.limits[type]) {
      const most = unitsOf(type, parent.limits[type]);
      throw invalid('max', `${units} is more than ${parent.name}, which it is part of, may have: ${most}; raise that limit first`);
    }
    const limit = { ownerKind: owner.kind, ownerId: owner.id, resourceType: typeNumber, max };
    await this.db.change(({ resourceLimits }) => resourceLimits.save(limit));
    return { account, domain, type, units };
  }

  /** The lowest of the limits that count for what the account has. */
  async tightest({ accountId }: Owner, type: ResourceType): Promise<TightestLimit> {
    const line = await this.limits.lineOf(this.db.daos, accountId);
    return line.map(({ name, limits }) => ({ name, limit: limits[type] })).reduce((a, b) => (b.limit < a.limit ? b : a));
  }

  /** The domain if the caller governs it and names no account in it, else the account that is named, else the caller's own. */
  private async target(caller: Caller, { account, domainUuid, project }: LimitWish): Promise<Target> {
    // There are no projects.
    if (project !== undefined) throw new NotFound('project', project);
    const { daos } = this.db;
    if (account === undefined && domainUuid !== undefined) {
      const domain = found(await daos.domains.findByUuid(domainUuid), 'domain', domainUuid);
      if (governs(caller, domain.id)) return this.domainTarget(domain);
    }
    const whose = { account, domainUuid, project, listAll: false, isRecursive: false, byId: false };
    return this.accountTarget((await this.access.owners(caller, whose)).accountId ?? caller.accountId);
  }

  private async domainTarget(domain: Domain): Promise<Target> {
    const line = await this.limits.ofDomains(this.db.daos, [domain.path]);
    return { owner: lastOf(line), parent: line.at(-2), account: undefined, domain };
  }

  private async accountTarget(id: number): Promise<Target> {
    const { daos } = this.db;
    const account = found(await daos.accounts.findViewIncludingRemoved(id), 'account', String(id));
    const owner = lastOf(await this.limits.ofAccounts(daos, [account]));
    return { owner, parent: undefined, account, domain: { uuid: account.domainUuid, path: account.domainPath } };
  }
}

/** Of owners that were looked up the last is the one that was meant. */
function lastOf(line: readonly LimitedOwner[]): LimitedOwner {
  const owner = line.at(-1);
  if (!owner) throw new Error('the owner of a limit was removed while it was looked up');
  return owner;
}

/** Those whom a limit holds back do not lift it themselves; what a root administrator is held back by, it has set itself. */
function assertNotOwn(caller: Caller, { kind, id, name }: LimitedOwner): void {
  const own = kind === 'account' ? caller.accountId : caller.domainId;
  if (caller.role !== 'Admin' && id === own) {
    throw new ApiError('denied', `${name} is the caller's own; an administrator of a domain above it sets its limits`);
  }
}
