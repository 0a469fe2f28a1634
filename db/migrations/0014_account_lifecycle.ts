import type { Knex } from 'knex';
import { isEmbedded } from './create-table.js';

/** `revision` grows whenever something is put into the domain or the account, so that its removal cannot overlook it. */
const COLUMNS = { domain: ['revision'], account: ['revision', 'is_default'], user: ['is_default'] } as const;

export async function up(db: Knex): Promise<void> {
  for (const [table, columns] of Object.entries(COLUMNS)) {
    await db.schema.alterTable(table, (t) => {
      for (const column of columns) t.integer(column).notNullable().defaultTo(0);
    });
  }
  // MySQL and MariaDB have an index for every foreign key.
  if (isEmbedded(db)) await db.raw('create index if not exists ix_domain_parent on domain (parent_id, removed)');
  // The first is the one that the first start made.
  for (const table of ['account', 'user']) {
    const first = (await db(table).orderBy('id').first('id')) as { id: number } | undefined;
    if (first) await db(table).where(first).update({ is_default: 1 });
  }
}

export async function down(db: Knex): Promise<void> {
  for (const [table, columns] of Object.entries(COLUMNS)) {
    for (const column of columns) {
      if (await db.schema.hasColumn(table, column)) await db.raw('alter table ?? drop column ??', [table, column]);
    }
  }
}
