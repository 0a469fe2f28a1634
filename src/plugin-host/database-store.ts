import type { Database } from '../dao/database.js';
import type { PluginEntry } from '../dao/plugin-store-dao.js';
import { ProviderError, type Json, type PluginStore, type StoredEntry } from '../provider/index.js';
import { asHost } from './host-failed.js';

const PAGE = 200;
const LONGEST_KEY = 190;
const MOST_BYTES = 1_048_576;

/** The memory of one plugin in one zone, in the server's database. */
export class DatabaseStore implements PluginStore {
  constructor(
    private readonly db: Database,
    private readonly owner: string,
  ) {}

  async get(key: string): Promise<StoredEntry | undefined> {
    const entry = await asHost(this.db.daos.pluginStore.find(this.owner, key));
    return entry && stored(entry);
  }

  async put(key: string, value: Json, expected: number | undefined): Promise<boolean> {
    const text = JSON.stringify(value);
    if (key.length > LONGEST_KEY || Buffer.byteLength(text) > MOST_BYTES) {
      throw new ProviderError(
        'capacity',
        `the plugin store takes keys of ${LONGEST_KEY} characters and values of ${MOST_BYTES} bytes at most`,
      );
    }
    const { pluginStore } = this.db.daos;
    return asHost(expected === undefined ? pluginStore.insert(this.owner, key, text) : pluginStore.update(this.owner, key, text, expected));
  }

  delete(key: string): Promise<void> {
    return asHost(this.db.daos.pluginStore.delete(this.owner, key));
  }

  async *list(prefix: string): AsyncGenerator<readonly StoredEntry[]> {
    let after = '';
    for (;;) {
      const entries = await asHost(this.db.daos.pluginStore.listAfter(this.owner, prefix, after, PAGE));
      if (entries.length > 0) yield entries.map(stored);
      if (entries.length < PAGE) return;
      after = entries.at(-1)?.entryKey ?? after;
    }
  }
}

const stored = ({ entryKey, value, version }: PluginEntry): StoredEntry => ({ key: entryKey, value: JSON.parse(value) as Json, version });
