import type { Knex } from 'knex';
import { isDuplicate } from './database-error.js';

/** When the servers that share the database do what one of them does every so often. */
export class PeriodicTaskDao {
  constructor(private readonly db: Knex) {}

  /**
   * Takes the task's turn if it is due, or has never been done, and puts the next one off; false if another server was faster or it is not
   * due. What is due later than `latest` was put off by a clock that was wrong, and is due.
   */
  async claim(name: string, now: Date, next: Date, latest: Date): Promise<boolean> {
    const isDue = (row: Knex.QueryBuilder) => void row.where('due', '<=', now).orWhere('due', '>', latest);
    if ((await this.db('periodic_task').where({ name }).where(isDue).update({ due: next })) === 1) return true;
    try {
      await this.db('periodic_task').insert({ name, due: next });
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  /** When the next turn is; undefined if there has been none. */
  async due(name: string): Promise<Date | undefined> {
    const row = (await this.db('periodic_task').where({ name }).first('due')) as { due: Date } | undefined;
    return row?.due;
  }
}
