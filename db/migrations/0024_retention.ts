import type { Knex } from 'knex';
import { createIndex } from './create-table.js';

type Columns = Readonly<Record<string, (t: Knex.AlterTableBuilder, name: string) => unknown>>;

const count = (t: Knex.AlterTableBuilder, name: string) => t.integer(name).notNullable().defaultTo(0);

/** How much is kept, and for how long; 0 where nothing is said. */
const RULE: Columns = {
  keep_days: count,
  keep_hourly: count,
  keep_daily: count,
  keep_weekly: count,
  keep_monthly: count,
  keep_yearly: count,
};

const COLUMNS: Readonly<Record<string, Columns>> = {
  backup_schedule: RULE,
  backup_policy: {
    max_backups: count,
    ...RULE,
    keep_timezone: (t, name) => t.string(name, 100).notNullable().defaultTo('Etc/UTC'),
    keep_manual: (t, name) => t.tinyint(name).notNullable().defaultTo(0),
  },
  backups: {
    // The provider's name of the backup that this one cannot be restored without.
    depends_on: (t, name) => t.string(name, 255),
    // Since when it is on hold, and why.
    held: (t, name) => t.datetime(name, { precision: 3 }),
    hold_reason: (t, name) => t.string(name, 255),
  },
  // Whether a rule of retention wants the job.
  async_job: { by_rule: (t, name) => t.tinyint(name).notNullable().defaultTo(0) },
};

export async function up(db: Knex): Promise<void> {
  for (const [table, columns] of Object.entries(COLUMNS)) {
    for (const [name, define] of Object.entries(columns)) {
      if (!(await db.schema.hasColumn(table, name))) await db.schema.alterTable(table, (t) => void define(t, name));
    }
  }
  await createIndex(db, 'backups', ['depends_on'], 'ix_backups_depends_on');
}

/** What was made is found when the change is made again. */
export const down = (): Promise<void> => Promise.resolve();
