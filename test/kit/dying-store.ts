import type { Json, PluginStore, StoredEntry } from '../../src/provider/index.js';
import { MemoryStore } from './memory-store.js';

/** A store as a server sees it that dies at its nth call, before or after the call has had its effect. */
class DyingStore implements PluginStore {
  private calls = 0;
  dead = false;

  constructor(
    private readonly store: PluginStore,
    private readonly diesAt: number,
    private readonly when: 'before' | 'after',
  ) {}

  get(key: string): Promise<StoredEntry | undefined> {
    return this.call(() => this.store.get(key));
  }

  put(key: string, value: Json, expected: number | undefined): Promise<boolean> {
    return this.call(() => this.store.put(key, value, expected));
  }

  delete(key: string): Promise<void> {
    return this.call(() => this.store.delete(key));
  }

  async *list(prefix: string): AsyncGenerator<readonly StoredEntry[]> {
    await this.call(async () => undefined);
    yield* this.store.list(prefix);
  }

  private async call<T>(work: () => Promise<T>): Promise<T> {
    const last = ++this.calls === this.diesAt;
    if (this.dead || (last && this.when === 'before')) return this.die();
    const answer = await work();
    return last ? this.die() : answer;
  }

  private die(): never {
    this.dead = true;
    throw new Error('the server is dead');
  }
}

/** A store, and how the server that dies sees it. */
export interface Sweep {
  readonly store: PluginStore;
  readonly dying: PluginStore;
}

/**
 * Runs the scenario on a new store again and again, with a server that dies at its first call, at its second, and so on,
 * until a run is over before the server has died. Answers how many runs that took.
 */
export async function sweepDeaths(scenario: (sweep: Sweep) => Promise<void>): Promise<number> {
  let runs = 0;
  for (const when of ['before', 'after'] as const) {
    for (let diesAt = 1, met = true; met; diesAt++) {
      const store = new MemoryStore();
      const dying = new DyingStore(store, diesAt, when);
      await scenario({ store, dying });
      met = dying.dead;
      runs++;
    }
  }
  return runs;
}
