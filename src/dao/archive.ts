import type { Knex } from 'knex';

/** Which rows of a table that can be archived are meant: those that meet every condition that is given. */
export interface Selection {
  readonly uuids?: readonly string[] | undefined;
  readonly type?: string | number | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/** Limits a query on a table that has the columns uuid, type, created and archived. */
export function selected<Q extends Knex.QueryBuilder>(query: Q, { uuids, type, since, until }: Selection): Q {
  if (uuids !== undefined) void query.whereIn('uuid', [...uuids]);
  if (type !== undefined) void query.where({ type });
  if (since !== undefined) void query.where('created', '>=', since);
  if (until !== undefined) void query.where('created', '<=', until);
  return query;
}

/** So many rows are changed by one statement, so that none of them holds the table for long. */
const BATCH = 500;

/** Archives the rows of the query, batch by batch. */
export const archive = (db: Knex, table: string, wanted: Knex.QueryBuilder): Promise<void> =>
  inBatches(wanted.clone().where({ archived: false }), (ids) => db(table).whereIn('id', ids).update({ archived: true }));

/** Deletes the rows of the query, batch by batch; the signal ends it early. */
export const remove = (db: Knex, table: string, wanted: Knex.QueryBuilder, signal?: AbortSignal): Promise<void> =>
  inBatches(wanted, (ids) => db(table).whereIn('id', ids).delete(), signal);

async function inBatches(
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
