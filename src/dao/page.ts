import type { Knex } from 'knex';

/** The part of a list that is wanted. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** One page of a list, and how many rows the whole list has. */
export interface Listing<R> {
  readonly rows: readonly R[];
  readonly total: number;
}

/** Reads one page and the total: two statements, or one when the page shows the end of the list. */
export async function listing<R>(query: Knex.QueryBuilder, { limit, offset }: Page): Promise<Listing<R>> {
  const rows = limit > 0 ? ((await query.clone().limit(limit).offset(offset)) as R[]) : [];
  if (rows.length < limit && (rows.length > 0 || offset === 0)) return { rows, total: offset + rows.length };
  const [counted] = (await query.clone().clearSelect().clearOrder().count({ total: '*' })) as { total: number | string }[];
  return { rows, total: Number(counted?.total ?? 0) };
}

/** Whose things a list shows; with neither field, everybody's. */
export interface Owners {
  readonly accountId?: number | undefined;
  readonly domainId?: number | undefined;
}

/** Limits a query to the owners' rows of `table`, which has the columns account_id and domain_id. */
export function ownedBy<Q extends Knex.QueryBuilder>(query: Q, table: string, { accountId, domainId }: Owners): Q {
  if (accountId !== undefined) void query.where(`${table}.accountId`, accountId);
  if (domainId !== undefined) void query.where(`${table}.domainId`, domainId);
  return query;
}

/** Limits a query to rows in which one of the columns contains the keyword, in any case; its `%` and `_` stand for themselves. */
export function containing<Q extends Knex.QueryBuilder>(query: Q, keyword: string | undefined, columns: readonly string[]): Q {
  if (!keyword) return query;
  const pattern = `%${keyword.toLowerCase().replace(/[!%_]/g, '!$&')}%`;
  return query.where((either) => {
    for (const column of columns) void either.orWhereRaw(`lower(??) like ? escape '!'`, [column, pattern]);
  }) as Q;
}
