import type { Json, PluginStore } from './plugin.js';
import { ProviderError } from './provider-error.js';

const MAX_ATTEMPTS = 100;

/** Records of one type under one key prefix of the plugin's store. `T` is plain data: what JSON can hold. */
export class Records<T> {
  constructor(
    private readonly store: PluginStore,
    private readonly prefix: string,
  ) {}

  /** The record as it is now. */
  async get(id: string): Promise<T | undefined> {
    return (await this.store.get(this.prefix + id))?.value as T | undefined;
  }

  /** Writes the record unless there is one; answers the one that is there then. */
  async add(id: string, value: T): Promise<T> {
    return this.change(id, (present) => present ?? value);
  }

  /** Writes what `next` makes of the record, or nothing if that is the record itself; asks it anew when somebody else wrote first. */
  async change<U extends T | undefined>(id: string, next: (present: T | undefined) => U): Promise<U> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const entry = await this.store.get(this.prefix + id);
      const present = entry?.value as T | undefined;
      const wanted = next(present);
      if (wanted === present) return wanted;
      if (await this.store.put(this.prefix + id, wanted as unknown as Json, entry?.version)) return wanted;
    }
    throw new ProviderError('temporary', `too many writers at once at the record ${this.prefix}${id}`);
  }

  /** The same for a record that is there; does nothing when it is not. */
  async changePresent(id: string, next: (present: T) => T): Promise<void> {
    await this.change(id, (present) => (present === undefined ? undefined : next(present)));
  }

  /** Removes the record; removing what is not there succeeds. */
  async remove(id: string): Promise<void> {
    await this.store.delete(this.prefix + id);
  }

  /** Every record, page by page. */
  async *pages(): AsyncGenerator<readonly T[]> {
    for await (const page of this.store.list(this.prefix)) yield page.map((entry) => entry.value as T);
  }
}
