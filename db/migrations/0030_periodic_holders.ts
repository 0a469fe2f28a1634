import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  // Whose turn it is, or was last: a name that no other turn has.
  if (!(await db.schema.hasColumn('periodic_task', 'holder'))) {
    await db.schema.alterTable('periodic_task', (t) => void t.string('holder', 36));
  }
}

/** What was made is found when the change is made again. */
export const down = (): Promise<void> => Promise.resolve();
