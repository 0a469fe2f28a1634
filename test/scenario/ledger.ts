import type { Knex } from 'knex';
import type { Installation } from '../kit/engines.js';

/** What the dummy provider has recorded of one backup, see its `HeldBackup`. */
export interface Held {
  readonly state: string;
  readonly externalId: string;
  readonly restores: number;
}

/** How a job came to its end. */
export interface JobRow {
  readonly status: number;
  readonly attempts: number;
}

/** Looks into the database of an installation, past any server. */
export async function inDatabase<T>(installation: Pick<Installation, 'connect'>, look: (knex: Knex) => Promise<T>): Promise<T> {
  const knex = installation.connect();
  return look(knex).finally(() => knex.destroy());
}

/** Every backup in the memory of the dummy provider. */
export const heldBackups = (installation: Pick<Installation, 'connect'>): Promise<Held[]> =>
  inDatabase(installation, async (knex) => {
    const rows = (await knex('plugin_store').select('value').where('entry_key', 'like', 'backup/%')) as { value: string }[];
    return rows.map(({ value }) => JSON.parse(value) as Held);
  });

/** How many operations of the method the dummy provider has begun; one that is joined after a crash is not begun again. */
export const operationsBegun = (installation: Pick<Installation, 'connect'>, method: string): Promise<number> =>
  inDatabase(installation, async (knex) => {
    const rows = (await knex('plugin_store').select('id').where('entry_key', 'like', `operation/%/${method}`)) as object[];
    return rows.length;
  });

/** The row of a job. */
export const jobRow = (installation: Pick<Installation, 'connect'>, uuid: string): Promise<JobRow | undefined> =>
  inDatabase(installation, (knex) => knex('async_job').where({ uuid }).first<JobRow | undefined>('status', 'attempts'));
