import type { Knex } from 'knex';
import { isDuplicate } from './database-error.js';

/** One remembered value of a plugin, as JSON text. */
export interface PluginEntry {
  entryKey: string;
  value: string;
  version: number;
}

/** The memory that plugins have in this database; an owner is one plugin in one zone. */
export class PluginStoreDao {
  constructor(private readonly db: Knex) {}

  find(owner: string, entryKey: string): Promise<PluginEntry | undefined> {
    return this.db('plugin_store').where({ owner, entryKey }).first('entryKey', 'value', 'version');
  }

  /** False if the key is there already. */
  async insert(owner: string, entryKey: string, value: string): Promise<boolean> {
    try {
      await this.db('plugin_store').insert({ owner, entryKey, value, version: 1 });
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  /** False if the key is no longer at the expected version. */
  async update(owner: string, entryKey: string, value: string, expected: number): Promise<boolean> {
    const changed = await this.db('plugin_store')
      .where({ owner, entryKey, version: expected })
      .update({ value, version: expected + 1 });
    return changed === 1;
  }

  async delete(owner: string, entryKey: string): Promise<void> {
    await this.db('plugin_store').where({ owner, entryKey }).delete();
  }

  /** The next entries after `after` whose key begins with `prefix`, in key order. */
  listAfter(owner: string, prefix: string, after: string, limit: number): Promise<PluginEntry[]> {
    const end = prefix + '\u{10FFFF}';
    return this.db('plugin_store')
      .select('entryKey', 'value', 'version')
      .where({ owner })
      .where('entryKey', '>=', prefix)
      .where('entryKey', '<', end)
      .where('entryKey', '>', after)
      .orderBy('entryKey')
      .limit(limit);
  }
}
