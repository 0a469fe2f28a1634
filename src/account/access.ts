import type { Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import type { Owners } from '../dao/owned.js';
import { ApiError, denied } from '../errors.js';
import type { DomainManager } from './domain-manager.js';

/** Whose things a list command asks for. */
export interface OwnerWish {
  readonly account: string | undefined;
  readonly domainUuid: string | undefined;
  readonly listAll: boolean;
  /** The list is narrowed to one thing, which an administrator sees whoever owns it. */
  readonly byId: boolean;
}

/** An account that will own something new. */
export interface Owner {
  readonly accountId: number;
  readonly domainId: number;
}

/** Refuses what belongs to another account, unless the caller is an administrator. */
export function assertMayUse(caller: Caller, owner: { readonly accountId: number }, what: string): void {
  if (!mayUse(caller, owner)) throw denied(what);
}

/** Whether the thing is the caller's own, or the caller is an administrator. */
export const mayUse = (caller: Caller, { accountId }: { readonly accountId: number }): boolean =>
  caller.role === 'Admin' || accountId === caller.accountId;

/** The rules of who sees what and who acts for whom. */
export class Access {
  constructor(
    private readonly db: Database,
    private readonly domains: DomainManager,
  ) {}

  /** The owners whose things a list shows, by CloudStack's table of `account`, `domainid` and `listall`. */
  async owners(caller: Caller, { account, domainUuid, listAll, byId }: OwnerWish): Promise<Owners> {
    if (account !== undefined) return { accountId: (await this.accountNamed(caller, account, domainUuid)).accountId };
    if (domainUuid !== undefined) {
      const domainId = await this.usableDomain(caller, domainUuid);
      if (caller.role === 'Admin') return { domainId };
    }
    return caller.role === 'Admin' && (listAll || byId) ? {} : { accountId: caller.accountId };
  }

  /** The account that will own a new thing: the named one if the caller may act for it, else the caller's. */
  async owner(caller: Caller, account: string | undefined, domainUuid: string | undefined): Promise<Owner> {
    if (account === undefined) {
      if (domainUuid !== undefined) await this.usableDomain(caller, domainUuid);
      return { accountId: caller.accountId, domainId: caller.domainId };
    }
    if (domainUuid === undefined) throw new ApiError('invalid_value', 'Account must be specified with domainId parameter');
    return this.accountNamed(caller, account, domainUuid);
  }

  private async usableDomain(caller: Caller, uuid: string): Promise<number> {
    const { id } = await this.domains.get(uuid);
    if (caller.role !== 'Admin' && id !== caller.domainId) throw denied(`domain ${uuid}`);
    return id;
  }

  private async accountNamed(caller: Caller, name: string, domainUuid: string | undefined): Promise<Owner> {
    const domainId = domainUuid === undefined ? caller.domainId : (await this.domains.get(domainUuid)).id;
    const found = await this.db.daos.accounts.findByName(domainId, name);
    // A user learns nothing of other accounts, not even whether they exist.
    if (caller.role !== 'Admin' && found?.id !== caller.accountId) throw denied(`account ${name}`);
    if (!found) throw new ApiError('invalid_value', `Unable to find account ${name} in domain ${domainUuid ?? caller.domainUuid}`);
    return { accountId: found.id, domainId };
  }
}
