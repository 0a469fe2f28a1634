import { randomUUID } from 'node:crypto';
import { fenced, type Daos, type Database } from './dao/database.js';
import { refused } from './errors.js';

/** The right to do what only one of the servers that share a database does at a time. */
export interface Lease {
  readonly name: string;
  /** A name that no other lease has. */
  readonly holder: string;
  /** When others may take it, unless it is extended. */
  readonly until: Date;
}

/** So often within its length a server extends a lease. */
const BEATS = 3;
/** What a timer can be set to; one that is set to more goes off at once, and again and again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Whoever works meets it too. */
const noMatter = () => undefined;

/** Leases of what is done: whoever holds one is let do it alone, as long as its server gives signs of life. */
export class Leases {
  constructor(
    private readonly db: Database,
    private readonly now: () => Date,
  ) {}

  /** Takes the lease of the name for so long, as part of a transaction if it is given one; undefined if another server has it. */
  async claim(name: string, lengthMs: number, { leases }: Daos = this.db.daos): Promise<Lease | undefined> {
    const now = this.now();
    const until = new Date(now.getTime() + lengthMs);
    // Servers that share the database do not have quite the same time: only what is further off than that is of a wrong clock.
    const latest = new Date(until.getTime() + lengthMs);
    const holder = randomUUID();
    return (await leases.claim(name, holder, { now, until, latest })) ? { name, holder, until } : undefined;
  }

  /**
   * Does the work of the lease, and extends it meanwhile by its length from now: by a timer, and with every transaction. Once somebody
   * else has taken it, the work changes nothing more: its transactions fail, and its signal aborts.
   */
  async hold<T>({ name, holder, until }: Lease, lengthMs: () => number, work: (lost: AbortSignal) => Promise<T>): Promise<T> {
    const lost = new AbortController();
    const extend = async ({ leases } = this.db.daos) => {
      const later = new Date(Math.max(this.now().getTime() + lengthMs(), until.getTime()));
      if (await leases.extend(name, holder, later)) return;
      lost.abort(refused('another server has taken this over, because there was no sign of life of this one'));
      throw lost.signal.reason;
    };
    const beat = setInterval(() => void extend().catch(noMatter), Math.min(lengthMs() / BEATS, LONGEST_TIMER_MS));
    try {
      return await fenced(extend, () => work(lost.signal));
    } finally {
      clearInterval(beat);
    }
  }
}
