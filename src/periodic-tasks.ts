import { randomUUID } from 'node:crypto';
import { fenced, type Database } from './dao/database.js';
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
/** So often within an interval a server says that it is still at the task. */
const BEATS = 3;
/** What a timer can be set to; one that is set to more goes off at once, and again and again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Whoever works meets it too. */
const noMatter = () => undefined;

/** A server's turn at a task. */
interface Turn {
  /** A name that no other turn has. */
  readonly holder: string;
  /** When the next one is, if this one is over by then. */
  readonly next: Date;
}

/**
 * Does the tasks when they are due, each on one server at a time. One that fails, or whose server dies, is done again at its next turn; a
 * server that wakes up after that has begun changes nothing more.
 */
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
        const turn = await this.claim(task);
        if (turn && !signal.aborted) await this.take(turn, task);
      } catch (error) {
        if (!signal.aborted) this.log('warn', 'periodic task failed', { task: task.name, error });
      }
    }
  }

  /** Does the task. However long that lasts, the next turn is put off as long as this server lives. */
  private async take({ holder, next }: Turn, task: PeriodicTask): Promise<void> {
    const { name } = task;
    const lost = new AbortController();
    const prolong = async ({ periodicTasks } = this.db.daos) => {
      const due = new Date(Math.max(this.now().getTime() + task.everyMs(), next.getTime()));
      if (await periodicTasks.putOff(name, holder, due)) return;
      lost.abort(new Error(`the next turn at "${name}" has begun on another server`));
      throw lost.signal.reason;
    };
    const beat = setInterval(() => void prolong().catch(noMatter), Math.min(task.everyMs() / BEATS, LONGEST_TIMER_MS));
    try {
      await fenced(prolong, () => task.run(AbortSignal.any([this.stopping.signal, lost.signal])));
    } finally {
      clearInterval(beat);
      await this.db.daos.periodicTasks.putOff(name, holder, next);
      this.due.set(name, next.getTime());
    }
  }

  /** This server's turn, if it is; the database is asked only when it can be. */
  private async claim({ name, everyMs }: PeriodicTask): Promise<Turn | undefined> {
    const now = this.now();
    const intervalMs = everyMs();
    const next = new Date(now.getTime() + intervalMs);
    // Servers that share the database do not have quite the same time: only what is further off than that was put off by a wrong clock.
    const latest = new Date(next.getTime() + intervalMs);
    const known = this.due.get(name) ?? -Infinity;
    if (now.getTime() < known && known <= latest.getTime()) return undefined;
    const { periodicTasks } = this.db.daos;
    const holder = randomUUID();
    const isOurs = await periodicTasks.claim(name, holder, { now, next, latest });
    const due = isOurs ? next : await periodicTasks.due(name);
    this.due.set(name, due?.getTime() ?? -Infinity);
    return isOurs ? { holder, next } : undefined;
  }
}
