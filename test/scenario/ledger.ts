import type { Knex } from 'knex';
import type { Engine, Installation } from '../kit/engines.js';

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

/** Every value of every table, as text. */
export const everything = (installation: Pick<Installation, 'connect' | 'engine'>): Promise<string> =>
  inDatabase(installation, async (knex) => {
    const names = await tablesOf(knex, installation.engine);
    const tables = await Promise.all(names.map(async ({ name }) => JSON.stringify(await knex(name).select('*'))));
    return tables.join('\n');
  });

async function tablesOf(knex: Knex, engine: Engine): Promise<readonly { readonly name: string }[]> {
  type Tables = { readonly name: string }[];
  if (engine === 'sqlite') return (await knex.raw(`select name from sqlite_master where type = 'table'`)) as Tables;
  const asked = 'select table_name as name from information_schema.tables where table_schema = database()';
  return ((await knex.raw(asked)) as [Tables])[0];
}
