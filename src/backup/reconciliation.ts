import type { KnownBackup } from '../dao/backup-look-dao.js';
import type { ProviderBackup } from '../provider/index.js';
import { holdsSame, readManifest } from './manifest.js';
import type { ProviderListing } from './provider-listing.js';

/**
 * What a look at the provider makes of a known backup.
 *
 * - `missed`, `seen`: the provider does not show it, or does again; nothing has come of it yet
 * - `missing`: it is taken for lost
 * - `back`: it was taken for lost and is there
 * - `updated`: the provider says other sizes or volumes of it than are known, or that it depends on another backup
 * - `recovered`: taking it is said to have failed, and it is there
 * - `failed`: nobody is taking it, and it is not there
 * - `clean`: taking it failed; what may be left of it at the provider is to be removed
 * - `delete`: nobody is deleting it, and the provider has not confirmed that it is gone
 */
export type Step = 'missed' | 'seen' | 'missing' | 'back' | 'updated' | 'recovered' | 'failed' | 'clean' | 'delete';

export interface Look {
  readonly now: Date;
  /** For so long a backup must have been looked for in vain. */
  readonly graceMs: number;
  /** Whether somebody works on the backup, or has done so since the listing began. */
  readonly isBusy: (known: KnownBackup) => boolean;
}

export interface Decision {
  readonly known: KnownBackup;
  readonly step: Step;
  /** As the provider shows it, if it does. */
  readonly held: ProviderBackup | undefined;
}

export interface Comparison {
  readonly decisions: readonly Decision[];
  /** What the provider holds that nobody knows here. */
  readonly unknown: readonly ProviderBackup[];
  /** How many backups the provider must have, how many of these it does not show, and of how many that is new. */
  readonly expected: number;
  readonly lacking: number;
  readonly newlyLacking: number;
}

/** More than so many, and more than such a share of what is known, are not lost at once: the listing is wrong. */
const MOST_LACKING = 3;
const LARGEST_SHARE_LACKING = 0.25;

/**
 * Whether so much can have gone since a listing was last believed. All of several have not: a listing that is empty by error looks
 * the same.
 */
export function isBelievable({ expected, lacking, newlyLacking }: Pick<Comparison, 'expected' | 'lacking' | 'newlyLacking'>): boolean {
  if (newlyLacking === 0) return true;
  if (lacking > 1 && lacking === expected) return false;
  return newlyLacking <= MOST_LACKING || newlyLacking <= expected * LARGEST_SHARE_LACKING;
}

/** Compares all that a provider holds with all that is known of it. */
export function compare(listing: ProviderListing, known: readonly KnownBackup[], look: Look): Comparison {
  const held = pairUp(listing, known);
  const paired = new Set(held.values());
  const expected = known.filter((each) => each.status === 'BackedUp' && !look.isBusy(each));
  const lacking = expected.filter(({ id }) => !held.has(id));
  return {
    decisions: known.flatMap((each) => {
      const step = look.isBusy(each) ? undefined : stepFor(each, held.get(each.id), look);
      return step === undefined ? [] : [{ known: each, step, held: held.get(each.id) }];
    }),
    unknown: [...listing.values()].filter((backup) => !paired.has(backup)),
    expected: expected.length,
    lacking: lacking.length,
    // Only a listing that was believed has had the others noted.
    newlyLacking: lacking.filter(({ missed }) => !missed).length,
  };
}

/** Which backup of the provider is which known one, by id: by the provider's name or, until that is known, by the operation that took it. */
function pairUp(listing: ProviderListing, known: readonly KnownBackup[]): ReadonlyMap<number, ProviderBackup> {
  const named = new Set(known.map(({ externalId }) => externalId));
  const byOperation = new Map<string, ProviderBackup>();
  for (const backup of listing.values()) {
    if (backup.operationId !== undefined && !named.has(backup.externalId)) byOperation.set(backup.operationId, backup);
  }
  const pairs = new Map<number, ProviderBackup>();
  for (const { id, externalId, operationId } of known) {
    const held = externalId === null ? byOperation.get(operationId ?? '') : listing.get(externalId);
    if (held) pairs.set(id, held);
  }
  return pairs;
}

function stepFor(known: KnownBackup, held: ProviderBackup | undefined, look: Look): Step | undefined {
  switch (known.status) {
    case 'BackedUp':
      if (!held) return inVain(known, 'missing', look);
      if (isChanged(known, held)) return 'updated';
      return known.missed ? 'seen' : undefined;
    case 'Missing':
      return held && 'back';
    case 'BackingUp':
      return held ? 'recovered' : 'failed';
    case 'Error':
      if (held) return 'recovered';
      return known.cleaned ? undefined : inVain(known, 'clean', look);
    case 'Deleting':
      return 'delete';
    case 'Removed':
      return undefined;
  }
}

/** What comes of a backup that is not shown: nothing before the second look in vain, and the grace time. */
function inVain({ missed }: KnownBackup, then: Step, { now, graceMs }: Look): Step | undefined {
  if (!missed) return 'missed';
  const sinceMs = now.getTime() - missed.getTime();
  return sinceMs > 0 && sinceMs >= graceMs ? then : undefined;
}

const isChanged = (known: KnownBackup, held: ProviderBackup): boolean =>
  known.dependsOn !== (held.dependsOn ?? null) ||
  known.sizeBytes !== held.sizeBytes ||
  known.protectedSizeBytes !== held.protectedSizeBytes ||
  known.type !== held.type ||
  !holdsSame(readManifest(known.manifest).volumes, held.volumes);
