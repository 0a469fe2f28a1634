import type { Knex } from 'knex';
import { isDuplicate } from './database-error.js';

/** What a claim of a lease goes by. */
export interface LeaseTimes {
  readonly now: Date;
  readonly until: Date;
  readonly latest: Date;
}

/** Who of the servers that share the database does what only one of them does at a time, and until when nobody else may. */
export class LeaseDao {
  constructor(private readonly db: Knex) {}

  /**
   * Takes the lease for the holder if it is free or has never been taken; false if another server was faster, or has it. One that lasts beyond
   * `latest` was taken by a clock that was wrong, and is free.
   */
  async claim(name: string, holder: string, { now, until, latest }: LeaseTimes): Promise<boolean> {
    const isFree = (row: Knex.QueryBuilder) => void row.where('until', '<=', now).orWhere('until', '>', latest);
    if ((await this.db('lease').where({ name }).where(isFree).update({ until, holder })) === 1) return true;
    try {
      await this.db('lease').insert({ name, until, holder });
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  /** Says anew until when the holder has the lease; false if it has been taken since, or has ended. */
  async extend(name: string, holder: string, until: Date): Promise<boolean> {
    return (await this.db('lease').where({ name, holder }).update({ until })) === 1;
  }

  /** Until when somebody has the lease, or had it last; undefined if nobody ever had. */
  async until(name: string): Promise<Date | undefined> {
    const row = (await this.db('lease').where({ name }).first('until')) as { until: Date } | undefined;
    return row?.until;
  }

  /** Leaves nothing of the lease: part of a transaction of its holder. */
  async end(name: string): Promise<void> {
    await this.db('lease').where({ name }).delete();
  }
}
