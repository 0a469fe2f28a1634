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

/** Changes a table. SQLite makes it anew for that, while what refers to it is not checked. */
export async function alterTable(db: Knex, name: string, define: (table: Knex.AlterTableBuilder) => void): Promise<void> {
  if (!isEmbedded(db)) return db.schema.alterTable(name, define);
  await db.raw('pragma foreign_keys = off');
  try {
    await db.schema.alterTable(name, define);
  } finally {
    await db.raw('pragma foreign_keys = on');
  }
}

/** Whether it is SQLite. */
export const isEmbedded = (db: Knex): boolean => (db.client as { dialect: string }).dialect === 'sqlite3';

/** MySQL and MariaDB have no common name for it; SQLite compares so anyway. */
async function binaryCollation(db: Knex): Promise<string | undefined> {
  if (isEmbedded(db)) return undefined;
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

/** Drops those of the columns that are there, with the foreign keys on them. */
export async function dropColumns(db: Knex, table: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    if (!(await db.schema.hasColumn(table, name))) continue;
    for (const key of await foreignKeys(db, table, name)) await alterTable(db, table, (t) => void t.dropForeign(name, key));
    await alterTable(db, table, (t) => void t.dropColumn(name));
  }
}

/** The names of the foreign keys on a column; SQLite drops them with the column. */
async function foreignKeys(db: Knex, table: string, column: string): Promise<string[]> {
  if (isEmbedded(db)) return [];
  const keys = (await db('information_schema.key_column_usage')
    .where({ table_name: table, column_name: column })
    .whereRaw('table_schema = database() and referenced_table_name is not null')
    .select({ name: 'constraint_name' })) as { name: string }[];
  return keys.map(({ name }) => name);
}

/** Makes an index of a table unless it is there. */
export async function createIndex(db: Knex, table: string, columns: readonly string[], name: string): Promise<void> {
  if (!(await hasIndex(db, table, name))) await db.schema.alterTable(table, (t) => void t.index([...columns], name));
}

/** As `createIndex`, one in which every row differs. */
export async function createUniqueIndex(db: Knex, table: string, columns: readonly string[], indexName: string): Promise<void> {
  if (!(await hasIndex(db, table, indexName))) await db.schema.alterTable(table, (t) => void t.unique([...columns], { indexName }));
}

/** Drops a unique index if it is there. */
export async function dropUniqueIndex(db: Knex, table: string, columns: readonly string[], name: string): Promise<void> {
  if (await hasIndex(db, table, name)) await db.schema.alterTable(table, (t) => void t.dropUnique([...columns], name));
}

async function hasIndex(db: Knex, table: string, name: string): Promise<boolean> {
  const found = isEmbedded(db)
    ? db('sqlite_master').where({ type: 'index', name })
    : db('information_schema.statistics').where({ table_name: table, index_name: name }).whereRaw('table_schema = database()');
  return (await found.first(db.raw('1'))) !== undefined;
}
