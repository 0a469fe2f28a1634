import type { Knex } from 'knex';
import { isDuplicate } from './database-error.js';
import type { LimitOwner } from './resource-limit-dao.js';

/**
 * Which operation was admitted last to what an owner has limits of. No counter: it only tells whether somebody else has been
 * admitted since it was looked at. Owners without limits have no row.
 */
export class LimitAdmissionDao {
  constructor(private readonly db: Knex) {}

  async findLatest(owner: LimitOwner): Promise<string | undefined> {
    const row = (await this.of(owner).first('latest')) as { latest: string } | undefined;
    return row?.latest;
  }

  /** Puts the operation in the place of the one that was seen; false if that is no longer the latest. */
  async replaceLatest(owner: LimitOwner, seen: string | undefined, operationId: string): Promise<boolean> {
    if (seen !== undefined) return (await this.of(owner).where({ latest: seen }).update({ latest: operationId })) === 1;
    try {
      await this.db('limit_admission').insert({ ownerKind: owner.kind, ownerId: owner.id, latest: operationId });
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  private of({ kind, id }: LimitOwner) {
    return this.db('limit_admission').where({ ownerKind: kind, ownerId: id });
  }
}
