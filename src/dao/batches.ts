import type { Knex } from 'knex';

/** So many rows are changed by one statement, so that none of them holds the table for long. */
const BATCH = 500;

/** Deletes the rows of the query, batch by batch; the signal ends it early. */
export const removeInBatches = (db: Knex, table: string, wanted: Knex.QueryBuilder, signal?: AbortSignal): Promise<void> =>
  inBatches(wanted, (ids) => db(table).whereIn('id', ids).delete(), signal);

/** Does the work on the rows of the query, which must take them out of it, batch by batch; the signal ends it early. */
export async function inBatches(
  wanted: Knex.QueryBuilder,
  work: (ids: readonly number[]) => Promise<number>,
  signal?: AbortSignal,
): Promise<void> {
  while (!signal?.aborted) {
    const rows = (await wanted.clone().select('id').limit(BATCH)) as { id: number }[];
    if (rows.length > 0) await work(rows.map(({ id }) => id));
    if (rows.length < BATCH) return;
  }
}
