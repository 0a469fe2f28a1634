import type { Balance, LedgerEntry, Period } from '../dao/usage-ledger-dao.js';

/** What a machine used under an offering in a period. */
export interface Usage {
  /** For how long it was under the offering or had backups taken there. */
  readonly milliseconds: number;
  /** What its backups occupied at the provider when the period ended. */
  readonly storedBytes: number;
  /** The size of the volumes that those backups hold. */
  readonly logicalBytes: number;
}

/**
 * Computes the usage from how things stood when the period began and what changed until it ended, in the order in which it
 * happened. A moment counts once, for however many reasons.
 */
export function usageWithin({ start, end }: Period, opening: Balance, changes: readonly LedgerEntry[]): Usage {
  let { reasons, storedBytes, logicalBytes } = opening;
  let milliseconds = 0;
  let since = start.getTime();
  for (const change of changes) {
    if (reasons > 0) milliseconds += change.created.getTime() - since;
    since = change.created.getTime();
    reasons += change.reasons;
    storedBytes += change.storedBytes;
    logicalBytes += change.logicalBytes;
  }
  if (reasons > 0) milliseconds += end.getTime() - since;
  return { milliseconds, storedBytes, logicalBytes };
}
