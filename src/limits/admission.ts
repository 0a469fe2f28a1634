import { setTimeout as pause } from 'node:timers/promises';
import type { Owner } from '../account/access.js';
import { isContention } from '../dao/database-error.js';
import type { Daos, Database } from '../dao/database.js';
import { ApiError, refused } from '../errors.js';
import type { OwnerLimits } from './owner-limits.js';
import { binding, firstPassed, whyPassed, type Quota } from './quota.js';
import { usedIn, type Amounts } from './resource-type.js';

/** Somebody else was admitted between the look and the leap, so what was decided may be wrong. */
class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

const PATIENCE_MS = 60_000;
const LONGEST_PAUSE_MS = 250;

/**
 * Lets in what stays within the limits, however many ask at the same time. What is admitted is itself the reservation: the backup's
 * row, written in the same transaction, counts from then on.
 */
export class Admission {
  constructor(
    private readonly db: Database,
    private readonly limits: OwnerLimits,
  ) {}

  /** Runs work that calls `admit` in one transaction; the whole of it is repeated when somebody else was admitted meanwhile. */
  async transaction<T>(work: (daos: Daos) => Promise<T>): Promise<T> {
    const givesUp = performance.now() + PATIENCE_MS;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.db.transaction(work);
      } catch (error) {
        // Some databases notice it themselves; among many that ask at once, one may lose more often than other transactions do.
        if (!(error instanceof Overtaken) && !isContention(error)) throw error;
        if (performance.now() > givesUp)
          throw refused('too much is being admitted to the limits of the account at the same time; try again later');
        await pause(Math.random() * Math.min(10 * attempt, LONGEST_PAUSE_MS));
      }
    }
  }

  /**
   * Refuses what would pass a limit of the account or of a domain above it; what it lets in must be recorded in the same transaction.
   * Of two that have seen the same use of a limited owner, only one can be committed.
   */
  async admit(daos: Daos, { accountId }: Owner, asked: Amounts, operationId: string): Promise<void> {
    const quotas: (Quota & { readonly latest: string | undefined })[] = [];
    for (const owner of binding(await this.limits.lineOf(daos, accountId))) {
      // In this order: whoever is admitted after the first look is noticed by `replaceLatest`, whatever the second one has seen.
      const latest = await daos.limitAdmissions.findLatest(owner);
      quotas.push({ ...owner, latest, used: usedIn(await daos.backups.useOf(owner.counted)) });
    }
    const passed = firstPassed(quotas, asked);
    if (passed) throw new ApiError('over_limit', whyPassed(passed, asked));
    for (const { latest, ...owner } of quotas) {
      if (!(await daos.limitAdmissions.replaceLatest(owner, latest, operationId))) throw new Overtaken();
    }
  }
}
