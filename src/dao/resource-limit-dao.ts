import type { Knex } from 'knex';

/** What can have limits: an account, or a domain with everything below it. */
export type OwnerKind = 'account' | 'domain';

/** One account or domain. */
export interface LimitOwner {
  readonly kind: OwnerKind;
  readonly id: number;
}

/** A limit that an owner has of its own. */
export interface ResourceLimit {
  ownerKind: OwnerKind;
  ownerId: number;
  /** CloudStack's number of the resource type. */
  resourceType: number;
  /** How many, or how many bytes; `Infinity` for as many as it likes. */
  max: number;
}

/** In the table, infinity. */
const UNLIMITED = -1;

export class ResourceLimitDao {
  constructor(private readonly db: Knex) {}

  /** The limits that the owners have of their own. */
  async listByOwners(kind: OwnerKind, ids: readonly number[]): Promise<ResourceLimit[]> {
    const own = this.db('resource_limit').where({ ownerKind: kind }).whereIn('ownerId', ids);
    const rows = (await own.select('ownerKind', 'ownerId', 'resourceType', 'max')) as ResourceLimit[];
    return rows.map((row) => ({ ...row, max: row.max === UNLIMITED ? Infinity : row.max }));
  }

  /** Gives an owner a limit, in place of the one that it has. */
  async save(limit: ResourceLimit): Promise<void> {
    const row = { ...limit, max: limit.max === Infinity ? UNLIMITED : limit.max };
    await this.db('resource_limit').insert(row).onConflict(['ownerKind', 'ownerId', 'resourceType']).merge(['max']);
  }
}
