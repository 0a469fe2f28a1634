import type { Knex } from 'knex';

/** Creates a table whose text is compared byte by byte on both engines: names and keys differ when their letters differ. */
export function createTable(db: Knex, name: string, define: (table: Knex.CreateTableBuilder) => void): Promise<void> {
  return db.schema.createTable(name, (table) => {
    if (db.client.config.client === 'mysql2') {
      table.engine('InnoDB');
      table.charset('utf8mb4');
      table.collate('utf8mb4_bin');
    }
    define(table);
  });
}

/** The columns that every thing with an outside identity has. `live` is 1 until removal and then null, so that a unique key counts only what lives. */
export function identity(table: Knex.CreateTableBuilder, name: string): void {
  table.bigIncrements('id');
  table.string('uuid', 36).notNullable().unique({ indexName: `uq_${name}_uuid` });
  table.datetime('created', { precision: 3 }).notNullable();
  table.datetime('removed', { precision: 3 });
  table.tinyint('live').defaultTo(1);
}

/** A required reference to another table's row. */
export function reference(table: Knex.CreateTableBuilder, column: string, to: string): Knex.ReferencingColumnBuilder {
  return table.bigInteger(column).unsigned().notNullable().references(`${to}.id`);
}
