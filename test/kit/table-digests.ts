import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { isEmbedded } from '../../db/migrations/create-table.js';

/** How many rows each table has, and a digest of what is in them, without the tables and columns that are left out. */
export async function tableDigests(
  knex: Knex,
  leftOut: ReadonlySet<string>,
  columnsLeftOut: ReadonlySet<string> = new Set(),
): Promise<Readonly<Record<string, string>>> {
  const kept = (column: string, value: unknown) => (columnsLeftOut.has(column) ? undefined : value);
  const names = (await tableNames(knex)).filter((name) => !leftOut.has(name)).sort();
  const digests = names.map(async (name) => {
    const rows = (await knex(name).select().orderBy(1)) as unknown[];
    return [name, `${rows.length} rows, ${createHash('sha256').update(JSON.stringify(rows, kept)).digest('hex').slice(0, 16)}`] as const;
  });
  return Object.fromEntries(await Promise.all(digests));
}

async function tableNames(knex: Knex): Promise<string[]> {
  const isServer = !isEmbedded(knex);
  const sql = isServer
    ? 'select table_name as name from information_schema.tables where table_schema = database()'
    : "select name from sqlite_master where type = 'table' and name not like 'sqlite%'";
  const answer = (await knex.raw(sql)) as unknown;
  return ((isServer ? (answer as unknown[])[0] : answer) as { name: string }[]).map(({ name }) => name);
}
