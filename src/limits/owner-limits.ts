import type { RoleType } from '../account/role-type.js';
import type { Daos } from '../dao/database.js';
import type { OwnerKind, ResourceLimit } from '../dao/resource-limit-dao.js';
import { pathsTo } from '../domain-path.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';
import { accountLimit, domainLimit } from './effective-limits.js';
import type { LimitedOwner } from './quota.js';
import { amountOf, amounts, RESOURCE_TYPES, type Amounts, type ResourceType } from './resource-type.js';

/** As much of an account as its limits depend on. */
export interface LimitedAccount {
  readonly id: number;
  readonly name: string;
  readonly role: RoleType;
  readonly domainPath: string;
}

/** Which limits hold for whom. */
export class OwnerLimits {
  constructor(private readonly settings: DynamicSettings) {}

  /** The accounts with their limits, in the same order. */
  async ofAccounts(daos: Daos, accounts: readonly LimitedAccount[]): Promise<readonly LimitedOwner[]> {
    const ids = accounts.map(({ id }) => id);
    const own = byOwner(await daos.resourceLimits.listByOwners('account', ids));
    const usual = this.usual('account');
    return accounts.map(({ id, name, role, domainPath }) => ({
      kind: 'account',
      id,
      name: `account ${name} of domain ${domainPath}`,
      counted: { accountId: id },
      limits: amounts((type) => accountLimit(own(id, type), role, usual[type])),
    }));
  }

  /** The domains at the paths and all above them with their limits, those at the top first. */
  async ofDomains(daos: Daos, paths: readonly string[]): Promise<readonly LimitedOwner[]> {
    const domains = await daos.domains.listByPaths([...new Set(paths.flatMap(pathsTo))]);
    const ids = new Map(domains.map(({ id, path }) => [path, id]));
    const own = byOwner(await daos.resourceLimits.listByOwners('domain', [...ids.values()]));
    const usual = this.usual('domain');
    const limitOf = (path: string, type: ResourceType) => {
      const line = pathsTo(path).map((above) => own(ids.get(above), type));
      return domainLimit(line, usual[type]);
    };
    return domains.map(({ id, path }) => ({
      kind: 'domain',
      id,
      name: `domain ${path}`,
      counted: { domainPath: path },
      limits: amounts((type) => limitOf(path, type)),
    }));
  }

  /** Everybody whose limits count for what the account has: the domains from the top down, then the account itself. */
  async lineOf(daos: Daos, accountId: number): Promise<readonly LimitedOwner[]> {
    const account = await daos.accounts.findViewIncludingRemoved(accountId);
    if (!account) throw new Error(`there is no account ${accountId}`);
    return [...(await this.ofDomains(daos, [account.domainPath])), ...(await this.ofAccounts(daos, [account]))];
  }

  private usual(kind: OwnerKind): Amounts {
    return amounts((type) => amountOf(type, this.settings.get(RESOURCE_TYPES[type].defaults[kind])));
  }
}

/** Looks up what an owner has of its own among the stored limits. */
function byOwner(limits: readonly ResourceLimit[]): (id: number | undefined, type: ResourceType) => number | undefined {
  const known = new Map(limits.map(({ ownerId, resourceType, max }) => [`${ownerId}/${resourceType}`, max]));
  return (id, type) => known.get(`${id}/${RESOURCE_TYPES[type].number}`);
}
