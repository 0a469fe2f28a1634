import type { Daos, Database } from '../dao/database.js';
import { refused } from '../errors.js';
import type { Lease, Leases, LeaseTerms } from '../leases.js';

/** No request takes as long, and servers may be set to leases of other lengths, and to other times. */
const LONGEST_MS = 86_400_000;

/** What a request does that is no job. */
export interface Marked {
  /** The same for every attempt, so that whoever comes next goes on with what a dead server has left. */
  readonly operation: string;
  /** Marks what it works on, as part of a transaction; refuses if something else has marked it. */
  mark(daos: Daos): Promise<void>;
  /** Whether it may have been done although it failed so; then the marks stay, and it can be repeated. */
  mayBeDone(error: unknown): boolean;
}

/**
 * The work of requests, which is in no order with the jobs on the same thing: it is done under marks that jobs look for, and under a lease,
 * which tells the other servers that somebody works on what is marked.
 */
export class MarkedWork {
  private readonly terms: LeaseTerms;

  constructor(
    private readonly db: Database,
    private readonly leases: Leases,
    leaseMs: number,
  ) {
    this.terms = { lengthMs: () => leaseMs, longestMs: () => LONGEST_MS };
  }

  /**
   * Marks, and has the work done, which ends its marks together with what it records; refuses while another request does the same. The signal
   * says that this one is taken for dead, or what that of the caller does.
   */
  async alone<T>(marked: Marked, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { operation, mark } = marked;
    const lease = await this.db.transaction(async (daos) => {
      await mark(daos);
      const claimed = await this.claim(daos, operation);
      if (!claimed) throw refused('another request does the same; ask again when that has ended');
      return claimed;
    });
    return this.leases.hold(lease, this.terms, signal, (ended) =>
      work(ended).catch(async (error: unknown) => {
        await this.putBack(marked, error);
        throw error;
      }),
    );
  }

  /** Takes the lease of the operation for whoever ends it in the same transaction; undefined while a request works under it. */
  claim(daos: Daos, operation: string): Promise<Lease | undefined> {
    return this.leases.claim(operation, this.terms, daos);
  }

  /** What cannot be put back now, a look at the zone puts back when the lease is over. */
  private async putBack({ operation, mayBeDone }: Marked, error: unknown): Promise<void> {
    const end = (daos: Daos): Promise<unknown> => (mayBeDone(error) ? daos.leases.end(operation) : endMarks(daos, operation));
    await this.db.transaction(end).catch(() => undefined);
  }
}

/** Takes away the marks of the operation and its lease: part of a transaction of whoever holds that. Answers how many marks there were. */
export async function endMarks({ vms, volumes, leases }: Daos, operation: string): Promise<number> {
  const marks = (await vms.endRestore(operation)) + (await volumes.endRestore(operation));
  await leases.end(operation);
  return marks;
}
