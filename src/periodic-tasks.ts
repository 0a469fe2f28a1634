import type { Database } from './dao/database.js';
import { Leases, type Lease, type LeaseTerms } from './leases.js';
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

/**
 * Does the tasks when they are due, each on one server at a time. One that fails, or whose server dies, is done again at its next turn; a
 * server that wakes up after that has begun changes nothing more.
 */
export class PeriodicTasks {
  private readonly due = new Map<string, number>();
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private readonly leases: Leases;

  constructor(
    private readonly db: Database,
    private readonly tasks: readonly PeriodicTask[],
    private readonly now: () => Date,
    private readonly log: Log,
  ) {
    this.leases = new Leases(db, now);
  }

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
        const turn = await this.claim(task);
        if (turn && !signal.aborted) await this.take(turn, task);
      } catch (error) {
        if (!signal.aborted) this.log('warn', 'periodic task failed', { task: task.name, error });
      }
    }
  }

  /** Does the task. However long that lasts, the next turn is put off as long as this server lives. */
  private async take(turn: Lease, task: PeriodicTask): Promise<void> {
    const { name, holder, until } = turn;
    try {
      await this.leases.hold(turn, termsOf(task), this.stopping.signal, (signal) => task.run(signal));
    } finally {
      await this.db.daos.leases.extend(name, holder, until);
      this.due.set(name, until.getTime());
    }
  }

  /** This server's turn, if it is; the database is asked only when it can be. */
  private async claim(task: PeriodicTask): Promise<Lease | undefined> {
    const { name } = task;
    const terms = termsOf(task);
    const now = this.now().getTime();
    const known = this.due.get(name) ?? -Infinity;
    if (now < known && known <= now + terms.longestMs()) return undefined;
    const turn = await this.leases.claim(name, terms);
    const due = turn?.until ?? (await this.db.daos.leases.until(name));
    this.due.set(name, due?.getTime() ?? -Infinity);
    return turn;
  }
}

/** The turns of a task. Servers that share the database do not have quite the same time, but less than an interval apart. */
const termsOf = (task: PeriodicTask): LeaseTerms => ({ lengthMs: () => task.everyMs(), longestMs: () => 2 * task.everyMs() });
