import type { Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import type { Owners } from '../dao/owned.js';
import type { Domain } from '../dao/domain-dao.js';
import type { Role } from '../dao/role-dao.js';
import { ApiError, denied, found, invalid, NotFound, refused } from '../errors.js';
import type { DomainManager } from './domain-manager.js';
import type { RoleDirectory } from './role-directory.js';
import { isAtMost, type RoleType } from './role-type.js';

/** Whose things a list command asks for. */
export interface OwnerWish {
  readonly account: string | undefined;
  readonly domainUuid: string | undefined;
  readonly listAll: boolean;
  /** With a domain: also what belongs to the domains below it. */
  readonly isRecursive: boolean;
  /** A project's id, or `ALL_PROJECTS`. */
  readonly project: string | undefined;
  /** The list is narrowed to one thing, which an administrator sees whoever owns it. */
  readonly byId: boolean;
}

/** Who shall own something new: the account of that name in the domain, or the caller's own. */
export interface OwnerNamed {
  readonly account: string | undefined;
  readonly domainUuid: string | undefined;
  readonly project: string | undefined;
}

/** An account that will own something new. */
export interface Owner {
  readonly accountId: number;
  readonly domainId: number;
}

/** An account that somebody may look after. */
export interface Member extends Owner {
  readonly role: RoleType;
  readonly roleId: number;
}

/** The role that an account is to have: the one with the id, else the default one of the type, which is User if nothing is said. */
export interface RoleWish {
  readonly uuid: string | undefined;
  readonly type: RoleType | undefined;
}

/** Means "of every project" where a project is asked for. */
export const ALL_PROJECTS = '-1';

/** An id that no account has. */
const NOBODY = 0;

/** Refuses what belongs to another account, unless the caller administers it. */
export function assertMayUse(caller: Caller, owner: Owner, what: string): void {
  if (!mayUse(caller, owner)) throw denied(what);
}

/** Whether the thing is the caller's own, or the caller administers its domain. */
export const mayUse = (caller: Caller, { accountId, domainId }: Owner): boolean =>
  accountId === caller.accountId || governs(caller, domainId);

/** Whether the caller is an administrator of the domain. */
export const governs = (caller: Caller, domainId: number): boolean => caller.role === 'Admin' || caller.domainTree.has(domainId);

/** The rules of who sees what and who acts for whom. */
export class Access {
  constructor(
    private readonly db: Database,
    private readonly domains: DomainManager,
    private readonly roles: RoleDirectory,
  ) {}

  /** Refuses to change an account or its users, or to show their keys, unless the caller may look after it. */
  async assertMayManage(caller: Caller, account: Member, what: string): Promise<void> {
    const isOwn = account.accountId === caller.accountId;
    const mayManage = isOwn || (governs(caller, account.domainId) && (await this.isWithinPower(caller, account.role, account.roleId)));
    if (!mayManage) throw denied(what);
  }

  /** A role for an account. Nobody gives one that has more power than the own. */
  async roleToGive(caller: Caller, { uuid, type }: RoleWish): Promise<Role> {
    const { roles } = this.db.daos;
    const role = found(uuid === undefined ? await roles.findDefault(type ?? 'User') : await roles.findByUuid(uuid), 'role', uuid ?? '');
    if (type !== undefined && role.type !== type) throw invalid('accounttype', `role ${role.name} is one of the type ${role.type}`);
    if (role.state !== 'enabled') throw refused(`role ${role.name} is disabled; enable it first`);
    if (await this.isWithinPower(caller, role.type, role.id)) return role;
    throw denied(`the role ${role.name}, which has more power than its own`);
  }

  private async isWithinPower(caller: Caller, type: RoleType, roleId: number): Promise<boolean> {
    return isAtMost(type, caller.role) && this.roles.covers(caller.roleId, roleId);
  }

  /** The owners whose things a list shows, by CloudStack's table of `account`, `domainid`, `listall`, `isrecursive` and `projectid`. */
  async owners(caller: Caller, { account, domainUuid, listAll, isRecursive, project, byId }: OwnerWish): Promise<Owners> {
    if (project !== undefined && project !== ALL_PROJECTS) throw new NotFound('project', project);
    if (account !== undefined && project !== undefined)
      throw invalid('projectid', 'what belongs to a project belongs to no account; leave one of them out');
    if (account !== undefined) return { accountId: (await this.account(caller, account, domainUuid)).accountId };
    if (domainUuid !== undefined) {
      const { id, path } = await this.usableDomain(caller, domainUuid);
      if (governs(caller, id)) return isRecursive ? { domainPath: path } : { domainId: id };
    }
    // There are no projects, so that nothing belongs to one.
    if (project === ALL_PROJECTS && !listAll) return { accountId: NOBODY };
    const seesTree = governs(caller, caller.domainId) && (listAll || byId);
    if (!seesTree) return { accountId: caller.accountId };
    return caller.role === 'Admin' ? {} : { domainPath: caller.domainPath };
  }

  /** The account that will own a new thing: the named one if the caller may act for it, else the caller's. */
  async owner(caller: Caller, { account, domainUuid, project }: OwnerNamed): Promise<Owner> {
    if (project !== undefined) throw new NotFound('project', project);
    if (account === undefined) {
      if (domainUuid !== undefined) await this.usableDomain(caller, domainUuid);
      return { accountId: caller.accountId, domainId: caller.domainId };
    }
    if (domainUuid === undefined) throw new ApiError('invalid_value', 'Account must be specified with domainId parameter');
    return this.account(caller, account, domainUuid);
  }

  /** A domain that the caller belongs to or governs. */
  private async usableDomain(caller: Caller, uuid: string): Promise<Domain> {
    const domain = await this.domains.get(uuid);
    if (domain.id !== caller.domainId && !governs(caller, domain.id)) throw denied(`domain ${uuid}`);
    return domain;
  }

  /** The account of that name in the domain, which is the caller's unless given; refused unless it is the caller's or governed by it. */
  async account(caller: Caller, name: string, domainUuid: string | undefined): Promise<Owner> {
    const domainId = domainUuid === undefined ? caller.domainId : (await this.domains.get(domainUuid)).id;
    const found = await this.db.daos.accounts.findByName(domainId, name);
    // A user learns nothing of other accounts, not even whether they exist.
    if (!governs(caller, domainId) && found?.id !== caller.accountId) throw denied(`account ${name}`);
    if (!found) throw new ApiError('invalid_value', `Unable to find account ${name} in domain ${domainUuid ?? caller.domainUuid}`);
    return { accountId: found.id, domainId };
  }
}
