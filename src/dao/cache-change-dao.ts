import type { Knex } from 'knex';

/** What kinds of cached facts can change. */
export type CacheTopic = 'configuration' | 'identity' | 'role' | 'schedule' | 'zone';

/** Tells the servers that share the database which cached facts have changed: one row a change, so that nobody waits for a common row. */
export class CacheChangeDao {
  constructor(private readonly db: Knex) {}

  async insert(topic: CacheTopic, created: Date): Promise<void> {
    await this.db('cache_change').insert({ topic, created });
  }

  /** For each topic a text that differs after every change. */
  async marks(): Promise<ReadonlyMap<string, string>> {
    // Not the greatest id: on a cluster, a later change may have a smaller one. The sum differs also if as many are forgotten as come.
    const rows = (await this.db('cache_change').select('topic').count({ changes: '*' }).sum({ sum: 'id' }).groupBy('topic')) as {
      topic: string;
      changes: number;
      sum: number | string;
    }[];
    return new Map(rows.map(({ topic, changes, sum }) => [topic, `${changes}/${sum}`]));
  }

  /** Forgets changes that every running server has seen long ago. */
  async deleteBefore(created: Date): Promise<void> {
    await this.db('cache_change').where('created', '<', created).delete();
  }
}
