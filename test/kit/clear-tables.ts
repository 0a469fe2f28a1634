import type { Knex } from 'knex';
import { isEmbedded } from '../../db/migrations/create-table.js';

/** Deletes every row, whatever refers to it; the schema, its version and the roles stay. */
export async function clearTables(knex: Knex): Promise<void> {
  if (isEmbedded(knex)) await clearFile(knex);
  else await clearServer(knex);
}

async function clearServer(knex: Knex): Promise<void> {
  await knex.transaction(async (tx) => {
    const [tables] = (await tx.raw('select table_name as name from information_schema.tables where table_schema = database()')) as [
      Table[],
    ];
    await tx.raw('set foreign_key_checks = 0');
    for (const table of tables.filter(holdsRows)) await tx.raw('delete from ??', [table.name]);
    await tx.raw('set foreign_key_checks = 1');
  });
}

async function clearFile(knex: Knex): Promise<void> {
  const tables = (await knex.raw(
    `select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'`,
  )) as Table[];
  // Not in a transaction: there the pragma has no effect.
  await knex.raw('pragma foreign_keys = off');
  for (const table of tables.filter(holdsRows)) await knex.raw('delete from ??', [table.name]);
  await knex.raw('pragma foreign_keys = on');
}

interface Table {
  readonly name: string;
}

/** Tables whose rows the migrations have made. */
const holdsRows = ({ name }: Table): boolean => !name.startsWith('schema_migration') && !name.startsWith('role');
