import { invalid } from '../errors.js';

/**
 * The states of a backup.
 *
 * - `BackingUp`: the provider is taking it; it cannot be restored yet
 * - `BackedUp`: the provider has confirmed it; it can be restored
 * - `Error`: taking it failed; the provider may have left something behind, which deleting it cleans up
 * - `Missing`: the provider no longer shows it; it cannot be restored, and is BackedUp again if it reappears
 * - `Deleting`: the provider is removing it; it can no longer be restored
 * - `Removed`: the provider has confirmed that it is gone
 */
export type BackupStatus = 'BackingUp' | 'BackedUp' | 'Error' | 'Missing' | 'Deleting' | 'Removed';

/** The states that a list can be narrowed to; some of them only CloudStack's backups have. */
const LISTED = ['Allocated', 'Queued', 'BackingUp', 'BackedUp', 'Error', 'Failed', 'Missing', 'Restoring', 'Deleting'];

/** The state of the name, in any case; refuses one that no listed backup can have. */
export function readListedStatus(text: string): string {
  const known = LISTED.find((status) => status.toLowerCase() === text.toLowerCase());
  if (known === undefined) throw invalid('status', `"${text}" is none of ${LISTED.join(', ')}`);
  return known;
}
