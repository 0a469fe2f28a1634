import type { Json, PluginHost, PluginStore, StoredEntry } from '../provider/index.js';

const MAX_KEY_LENGTH = 190;
const MAX_VALUE_BYTES = 1024 * 1024;

/** A plugin's store that lives as long as the object. */
export class MemoryStore implements PluginStore {
  private readonly entries = new Map<string, { readonly text: string; readonly version: number }>();

  constructor(private readonly pageSize = 100) {}

  async get(key: string): Promise<StoredEntry | undefined> {
    return this.read(key);
  }

  async put(key: string, value: Json, expected: number | undefined): Promise<boolean> {
    const text = JSON.stringify(value);
    if (key.length > MAX_KEY_LENGTH) throw new Error(`a key is ${MAX_KEY_LENGTH} characters at most`);
    if (Buffer.byteLength(text) > MAX_VALUE_BYTES) throw new Error(`a value is ${MAX_VALUE_BYTES} bytes at most`);
    if (this.entries.get(key)?.version !== expected) return false;
    this.entries.set(key, { text, version: (expected ?? 0) + 1 });
    return true;
  }

  async delete(key: string): Promise<void> {
    this.entries.delete(key);
  }

  async *list(prefix: string): AsyncGenerator<readonly StoredEntry[]> {
    for (let after: string | undefined; ;) {
      const keys = [...this.entries.keys()].filter((key) => key.startsWith(prefix) && (after === undefined || key > after));
      const page = keys.sort().slice(0, this.pageSize);
      if (page.length === 0) return;
      after = page.at(-1);
      yield page.map((key) => this.read(key)).filter((entry) => entry !== undefined);
    }
  }

  private read(key: string): StoredEntry | undefined {
    const entry = this.entries.get(key);
    return entry && { key, value: JSON.parse(entry.text) as Json, version: entry.version };
  }
}

/** A plugin's host on this store, with the real clock and no log. */
export const hostOn = (store: PluginStore): PluginHost => ({ store, now: () => new Date(), log: () => undefined });
