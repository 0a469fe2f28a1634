import type { CacheTopic } from './dao/cache-change-dao.js';
import type { Daos, Database } from './dao/database.js';
import type { Log } from './log.js';

const LOOK_EVERY_MS = 500;
const KEEP_CHANGES_MS = 3_600_000;

/** Keeps what each server remembers in step with the database that they share. */
export class CacheInvalidation {
  private readonly listeners: { topic: CacheTopic; refresh: () => Promise<void> | void }[] = [];
  private marks: ReadonlyMap<string, string> = new Map();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private refreshing: Promise<void> = Promise.resolve();
  private forgotten = -Infinity;
  private looked = 0;

  constructor(
    private readonly db: Database,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  /** Calls `refresh` after each change of the topic, whichever server made it. */
  onChange(topic: CacheTopic, refresh: () => Promise<void> | void): void {
    this.listeners.push({ topic, refresh });
  }

  /** Makes a change, as the database's `change`; when it resolves, the change is committed and this server knows it, the others will within a second. */
  async change<T>(topic: CacheTopic, work: (daos: Daos) => Promise<T>, about?: (done: T) => string | undefined): Promise<T> {
    const result = await this.db.change(async (daos) => {
      const done = await work(daos);
      await daos.cacheChanges.insert(topic, this.now());
      return done;
    }, about);
    await this.refresh(topic);
    return result;
  }

  /** Brings everything up to date, and begins to look for changes made by other servers. */
  async start(): Promise<void> {
    // Looked at before loading: a change in between is seen by the first look.
    this.looked = this.now().getTime();
    this.marks = await this.db.daos.cacheChanges.marks();
    for (const { refresh } of this.listeners) await refresh();
    this.timer = setInterval(() => {
      this.looking = this.look().catch((error: unknown) => this.log('warn', 'looking for changes failed', { error }));
    }, LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    const looked = this.now().getTime();
    const marks = await this.db.daos.cacheChanges.marks();
    // Whoever has not looked for so long may have missed what is forgotten by now.
    const isLate = Math.abs(looked - this.looked) > KEEP_CHANGES_MS / 2;
    const topics = new Set(this.listeners.map(({ topic }) => topic));
    for (const topic of topics) if (isLate || this.marks.get(topic) !== marks.get(topic)) await this.refresh(topic);
    this.marks = marks;
    this.looked = looked;
    await this.forgetOld();
  }

  private async forgetOld(): Promise<void> {
    const now = this.now().getTime();
    if (now - this.forgotten < KEEP_CHANGES_MS) return;
    this.forgotten = now;
    await this.db.daos.cacheChanges.deleteBefore(new Date(now - KEEP_CHANGES_MS));
  }

  /** Brings this server up to date. One after the other: what was read before a change must not be remembered after it. */
  refresh(topic: CacheTopic): Promise<void> {
    const refreshed = this.refreshing.then(async () => {
      for (const listener of this.listeners) if (listener.topic === topic) await listener.refresh();
    });
    this.refreshing = refreshed.catch(() => undefined);
    return refreshed;
  }
}
