import type { Daos } from '../dao/database.js';
import type { Owners } from '../dao/owned.js';
import { refused } from '../errors.js';

/** What would lose its owner, and what might still make such things. */
const HOLDINGS: readonly (readonly [kind: string, exist: (daos: Daos, owners: Owners) => Promise<boolean>])[] = [
  ['virtual machines', ({ vms }, owners) => vms.existOwnedBy(owners)],
  ['volumes', ({ volumes }, owners) => volumes.existOwnedBy(owners)],
  ['backups', ({ backups }, owners) => backups.existOwnedBy(owners)],
  ['jobs under way', ({ jobs }, owners) => jobs.isPendingFor(owners)],
];

/** Refuses to delete the owners, called `what`, while they hold anything that must not be lost. */
export async function assertHoldNothing(daos: Daos, owners: Owners, what: string): Promise<void> {
  for (const [kind, exist] of HOLDINGS) {
    if (await exist(daos, owners)) throw refused(`${what} still has ${kind}; it can be deleted when they are gone`);
  }
}
