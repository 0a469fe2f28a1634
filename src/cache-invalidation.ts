import type { CacheTopic } from './dao/cache-change-dao.js';
import type { Database } from './dao/database.js';
import type { Log } from './log.js';

const LOOK_EVERY_MS = 500;
const KEEP_CHANGES_MS = 3_600_000;

/** Keeps what each server remembers in step with the database that they share. */
export class CacheInvalidation {
  private readonly listeners: { topic: CacheTopic; refresh: () => Promise<void> | void }[] = [];
  private marks: ReadonlyMap<string, string> = new Map();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: Database,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  /** Calls `refresh` after each change of the topic, whichever server made it. */
  onChange(topic: CacheTopic, refresh: () => Promise<void> | void): void {
    this.listeners.push({ topic, refresh });
  }

  /** Tells of a change that has been committed; when it resolves, this server knows it, the others will within a second. */
  async changed(topic: CacheTopic): Promise<void> {
    await this.db.daos.cacheChanges.insert(topic, this.now());
    await this.refresh(topic);
  }

  /** Begins to look for changes made by other servers. */
  async start(): Promise<void> {
    await this.db.daos.cacheChanges.deleteBefore(new Date(this.now().getTime() - KEEP_CHANGES_MS));
    this.marks = await this.db.daos.cacheChanges.marks();
    this.timer = setInterval(() => {
      this.looking = this.look().catch((error: unknown) => this.log('warn', 'looking for changed settings failed', { error }));
    }, LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    const before = this.marks;
    this.marks = await this.db.daos.cacheChanges.marks();
    for (const [topic, mark] of this.marks) if (before.get(topic) !== mark) await this.refresh(topic as CacheTopic);
  }

  private async refresh(topic: CacheTopic): Promise<void> {
    for (const listener of this.listeners) if (listener.topic === topic) await listener.refresh();
  }
}
