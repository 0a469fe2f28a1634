import type { Database } from './dao/database.js';
import type { Log } from './log.js';

/** Work that one of the servers that share a database does every so often. */
export interface PeriodicTask {
  /** The same on every server. */
  readonly name: string;
  /** From the beginning of one turn to that of the next; a new interval holds after the next turn, one of less than half at once. */
  everyMs(): number;
  run(signal: AbortSignal): Promise<void>;
}

const LOOK_EVERY_MS = 1000;

/** Does the tasks when they are due, each on one server at a time. One that fails, or whose server dies, is done again at its next turn. */
export class PeriodicTasks {
  private readonly due = new Map<string, number>();
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly db: Database,
    private readonly tasks: readonly PeriodicTask[],
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  start(): void {
    void this.look();
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
  }

  /** Cuts off what is being done. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort(new Error('the server is stopping'));
    await this.looking;
  }

  /** Does what is due, one task after the other; while that goes on, nothing else is begun. */
  look(): Promise<void> {
    this.looking ??= this.doDue().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async doDue(): Promise<void> {
    const { signal } = this.stopping;
    for (const task of this.tasks) {
      try {
        if ((await this.claim(task)) && !signal.aborted) await task.run(signal);
      } catch (error) {
        if (!signal.aborted) this.log('warn', 'periodic task failed', { task: task.name, error });
      }
    }
  }

  /** Whether it is this server's turn; the database is asked only when it can be. */
  private async claim({ name, everyMs }: PeriodicTask): Promise<boolean> {
    const now = this.now();
    const intervalMs = everyMs();
    const next = new Date(now.getTime() + intervalMs);
    // Servers that share the database do not have quite the same time: only what is further off than that was put off by a wrong clock.
    const latest = new Date(next.getTime() + intervalMs);
    const known = this.due.get(name) ?? -Infinity;
    if (now.getTime() < known && known <= latest.getTime()) return false;
    const { periodicTasks } = this.db.daos;
    const isOurs = await periodicTasks.claim(name, now, next, latest);
    const due = isOurs ? next : await periodicTasks.due(name);
    this.due.set(name, due?.getTime() ?? -Infinity);
    return isOurs;
  }
}
