import type { Knex } from 'knex';
import { heldIn, type Held } from '../kit/contradictions.js';
import type { Engine, Installation } from '../kit/engines.js';

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
export const heldBackups = (installation: Pick<Installation, 'connect'>): Promise<Held[]> => inDatabase(installation, heldIn);

/** How many operations of the method the dummy provider has begun; one that is joined after a crash is not begun again. */
export const operationsBegun = (installation: Pick<Installation, 'connect'>, method: string): Promise<number> =>
  inDatabase(installation, async (knex) => {
    const rows = (await knex('plugin_store').select('id').where('entry_key', 'like', `operation/%/${method}`)) as object[];
    return rows.length;
  });

/** Lets whatever the dummy provider is doing, or will be asked for, be done at once. No server may be running. */
export const hurry = (installation: Pick<Installation, 'connect'>): Promise<void> =>
  inDatabase(installation, async (knex) => {
    await knex('configuration').where({ name: 'backup.plugin.dummy.delay.ms' }).update({ value: '0' });
    const rows = (await knex('plugin_store').where('entry_key', 'like', 'operation/%')) as { id: number; value: string }[];
    for (const { id, value } of rows) {
      const record = JSON.parse(value) as { startedAt: string };
      await knex('plugin_store')
        .where({ id })
        .update({ value: JSON.stringify({ ...record, finishesAt: record.startedAt }) });
    }
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
