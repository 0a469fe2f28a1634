import type { Knex } from 'knex';

/**
 * Creates a table whose text is compared byte by byte on every engine: names and keys differ when their letters differ, and
 * also when one has a blank more at its end.
 */
export async function createTable(db: Knex, name: string, define: (table: Knex.CreateTableBuilder) => void): Promise<void> {
  const collation = await binaryCollation(db);
  await db.schema.createTable(name, (table) => {
    if (collation !== undefined) {
      table.engine('InnoDB');
      table.charset('utf8mb4');
      table.collate(collation);
    }
    define(table);
  });
}

/** MySQL and MariaDB have no common name for it; SQLite compares so anyway. */
async function binaryCollation(db: Knex): Promise<string | undefined> {
  const { config } = db.client as { config: Knex.Config };
  if (config.client !== 'mysql2') return undefined;
  const [[row]] = (await db.raw('select version() as version')) as [[{ version: string }]];
  return row.version.includes('MariaDB') ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
}

/** The columns that every thing with an outside identity has. `live` is 1 until removal and then null, so that a unique key counts only what lives. */
export function identity(table: Knex.CreateTableBuilder, name: string): void {
  table.bigIncrements('id');
  table
    .string('uuid', 36)
    .notNullable()
    .unique({ indexName: `uq_${name}_uuid` });
  table.datetime('created', { precision: 3 }).notNullable();
  table.datetime('removed', { precision: 3 });
  table.tinyint('live').defaultTo(1);
}

/** A required reference to another table's row. */
export function reference(table: Knex.CreateTableBuilder, column: string, to: string): Knex.ReferencingColumnBuilder {
  return table.bigInteger(column).unsigned().notNullable().references(`${to}.id`);
}

/** Drops those of the tables that are there, in the given order. */
export async function dropTables(db: Knex, names: readonly string[]): Promise<void> {
  for (const name of names) await db.schema.dropTableIfExists(name);
}
