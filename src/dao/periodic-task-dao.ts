import type { Knex } from 'knex';
import { isDuplicate } from './database-error.js';

/** What a turn goes by. */
export interface TurnTimes {
  readonly now: Date;
  readonly next: Date;
  readonly latest: Date;
}

/** When the servers that share the database do what one of them does every so often. */
export class PeriodicTaskDao {
  constructor(private readonly db: Knex) {}

  /**
   * Takes the task's turn for the holder if it is due, or has never been done, and puts the next one off; false if another server was faster
   * or it is not due. What is due later than `latest` was put off by a clock that was wrong, and is due.
   */
  async claim(name: string, holder: string, { now, next, latest }: TurnTimes): Promise<boolean> {
    const isDue = (row: Knex.QueryBuilder) => void row.where('due', '<=', now).orWhere('due', '>', latest);
    if ((await this.db('periodic_task').where({ name }).where(isDue).update({ due: next, holder })) === 1) return true;
    try {
      await this.db('periodic_task').insert({ name, due: next, holder });
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  /** Says anew when the next turn is; false if that has begun already, or the task is no longer known. */
  async putOff(name: string, holder: string, due: Date): Promise<boolean> {
    return (await this.db('periodic_task').where({ name, holder }).update({ due })) === 1;
  }

  /** When the next turn is; undefined if there has been none. */
  async due(name: string): Promise<Date | undefined> {
    const row = (await this.db('periodic_task').where({ name }).first('due')) as { due: Date } | undefined;
    return row?.due;
  }
}
