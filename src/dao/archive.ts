import type { Knex } from 'knex';
import { inBatches } from './batches.js';

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

/** Archives the rows of the query, batch by batch. */
export const archive = (db: Knex, table: string, wanted: Knex.QueryBuilder): Promise<void> =>
  inBatches(wanted.clone().where({ archived: false }), (ids) => db(table).whereIn('id', ids).update({ archived: true }));
