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

/** For how long a lease is taken or held. */
export interface LeaseTerms {
  /** From now, or from each sign of life. */
  lengthMs(): number;
  /** One that lasts longer than so was taken by a clock that was wrong, and is free. */
  longestMs(): number;
}

/** Leases of what is done: whoever holds one is let do it alone, as long as its server gives signs of life. */
export class Leases {
  constructor(
    private readonly db: Database,
    private readonly now: () => Date,
  ) {}

  /** Takes the lease of the name, as part of a transaction if it is given one; undefined if another server has it. */
  async claim(name: string, terms: LeaseTerms, { leases }: Daos = this.db.daos): Promise<Lease | undefined> {
    const now = this.now();
    const until = new Date(now.getTime() + terms.lengthMs());
    const latest = new Date(now.getTime() + terms.longestMs());
    const holder = randomUUID();
    return (await leases.claim(name, holder, { now, until, latest })) ? { name, holder, until } : undefined;
  }

  /**
   * Does the work of the lease, and extends it meanwhile by its length from now: by a timer, and with every transaction. Once somebody
   * else has taken it, the work changes nothing more: its transactions fail, and its signal aborts, as it does with that of the caller. From
   * then on there is no sign of life, also of work that never ends.
   */
  async hold<T>(
    { name, holder, until }: Lease,
    { lengthMs }: LeaseTerms,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const lost = new AbortController();
    const ended = AbortSignal.any([signal, lost.signal]);
    const extend = async ({ leases } = this.db.daos) => {
      const later = new Date(Math.max(this.now().getTime() + lengthMs(), until.getTime()));
      if (await leases.extend(name, holder, later)) return;
      lost.abort(refused('another server has taken this over, because there was no sign of life of this one'));
      throw lost.signal.reason;
    };
    const beat = setInterval(() => void extend().catch(noMatter), Math.min(lengthMs() / BEATS, LONGEST_TIMER_MS));
    ended.addEventListener('abort', () => clearInterval(beat), { once: true });
    try {
      return await fenced(extend, () => work(ended));
    } finally {
      clearInterval(beat);
    }
  }
}
