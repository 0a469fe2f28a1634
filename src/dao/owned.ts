import type { Knex } from 'knex';

/** Whose things a list shows; with no field, everybody's. */
export interface Owners {
  readonly accountId?: number | undefined;
  readonly domainId?: number | undefined;
  /** The path of a domain: what belongs to it and to every domain below it. */
  readonly domainPath?: string | undefined;
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
export function ownedBy<Q extends Knex.QueryBuilder>(query: Q, { accountId, domainId, domainPath }: Owners): Q {
  if (accountId !== undefined) void query.where({ accountId });
  if (domainId !== undefined) void query.where({ domainId });
  if (domainPath !== undefined) {
    void query.whereIn('domainId', (domains) => void inTree(domains.select('id').from('domain').whereNull('removed'), domainPath));
  }
  return query;
}

/** Limits a query on domains to the one at the path and those below it. */
export const inTree = <Q extends Knex.QueryBuilder>(query: Q, path: string): Q =>
  query.where((tree) => void tree.where({ path }).orWhere((rest) => void below(rest, path))) as Q;

/** The character after `/`: what begins with a path and `/` is less than that path and this. */
const AFTER_SLASH = '0';

/** Limits a query on domains to those below the path. Not by `like`, to which upper and lower case are the same in SQLite. */
export const below = <Q extends Knex.QueryBuilder>(query: Q, path: string): Q =>
  query.where('path', '>=', `${path}/`).where('path', '<', `${path}${AFTER_SLASH}`) as Q;

/** Whose things are added up: some accounts', or those of each domain in the tree at a path. */
export type Owning = { readonly accountIds: readonly number[] } | { readonly domainPath: string };

/** Groups a query of sums on such a table by owner: an account's id, or a domain's path, stands in the column `owner`. */
export function perOwner(db: Knex, sums: Knex.QueryBuilder, owning: Owning): Knex.QueryBuilder {
  if ('accountIds' in owning) return sums.whereIn('accountId', owning.accountIds).groupBy('accountId').select('accountId as owner');
  const used = ownedBy(sums, owning).groupBy('domainId').select('domainId').as('used');
  return db.from(used).join('domain', 'domain.id', 'used.domainId').select('used.*', 'domain.path as owner');
}
