import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  if (!(await db.schema.hasColumn('volume', 'attached'))) {
    await db.schema.alterTable('volume', (t) => void t.datetime('attached', { precision: 3 }));
  }
  // Since when volumes are on their machines has not been noted; most were made with them.
  await db('volume')
    .whereNotNull('vm_id')
    .whereNull('attached')
    .update({ attached: db.ref('created') });
}

/** What was made is found when the change is made again. */
export const down = (): Promise<void> => Promise.resolve();
