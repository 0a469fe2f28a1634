import type { Knex } from 'knex';

/** Whose things a list shows; with neither field, everybody's. */
export interface Owners {
  readonly accountId?: number | undefined;
  readonly domainId?: number | undefined;
}

/** The names of a thing's owner and place, as answers show them. */
export interface OwnerNames {
  zoneUuid: string;
  zoneName: string;
  accountUuid: string;
  accountName: string;
  domainUuid: string;
  domainPath: string;
}

/** The rows of `table`, or those of a query on it, each with the names of its owner and place; it has zone_id, account_id and domain_id. */
export const withOwnerNames = (db: Knex, table: string, rows?: Knex.QueryBuilder): Knex.QueryBuilder =>
  db
    .from(rows === undefined ? table : rows.as(table))
    .join('zone', 'zone.id', `${table}.zoneId`)
    .join('account', 'account.id', `${table}.accountId`)
    .join('domain', 'domain.id', `${table}.domainId`)
    .orderBy(`${table}.id`)
    .select(
      `${table}.*`,
      'zone.uuid as zoneUuid',
      'zone.name as zoneName',
      'account.uuid as accountUuid',
      'account.name as accountName',
      'domain.uuid as domainUuid',
      'domain.path as domainPath',
    );

/** Limits a query on a table that has the columns account_id and domain_id to the owners' rows. */
export function ownedBy<Q extends Knex.QueryBuilder>(query: Q, { accountId, domainId }: Owners): Q {
  if (accountId !== undefined) void query.where({ accountId });
  if (domainId !== undefined) void query.where({ domainId });
  return query;
}
