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

/**
 * Reads one page of the `wanted` rows and their total: two statements, or one when the page shows the end of the list. What the
 * rows are shown with is joined by `dress` to the page alone: joined before, databases join and sort the whole list for it.
 */
export async function listing<R>(
  wanted: Knex.QueryBuilder,
  { limit, offset }: Page,
  dress: (page: Knex.QueryBuilder) => Knex.QueryBuilder = (page) => page,
): Promise<Listing<R>> {
  const rows = limit > 0 ? ((await dress(wanted.clone().limit(limit).offset(offset))) as R[]) : [];
  if (rows.length < limit && (rows.length > 0 || offset === 0)) return { rows, total: offset + rows.length };
  const [counted] = (await wanted.clone().clearSelect().clearOrder().count({ total: '*' })) as { total: number | string }[];
  return { rows, total: Number(counted?.total ?? 0) };
}

/** A text for `like … escape '!'` in which `%` and `_` stand for themselves. */
const literal = (text: string): string => text.replace(/[!%_]/g, '!$&');

/** Limits a query to rows in which one of the columns contains the keyword, in any case; its `%` and `_` stand for themselves. */
export function containing<Q extends Knex.QueryBuilder>(query: Q, keyword: string | undefined, columns: readonly string[]): Q {
  if (!keyword) return query;
  const pattern = `%${literal(keyword)}%`;
  return query.where((either) => {
    for (const column of columns) {
      void either.orWhereRaw(`lower(??) like ? escape '!'`, [column, pattern.toLowerCase()]);
      // As it is written, because SQLite lowers no letters but those of ASCII.
      void either.orWhereRaw(`?? like ? escape '!'`, [column, pattern]);
    }
  }) as Q;
}
