import type { Owners } from '../dao/owned.js';
import type { LimitOwner } from '../dao/resource-limit-dao.js';
import { ALL_TYPES, amounts, RESOURCE_TYPES, unitsOf, type Amounts, type ResourceType } from './resource-type.js';

/** An account or a domain with what it may have. */
export interface LimitedOwner extends LimitOwner {
  /** How people name it, such as `domain ROOT/north`. */
  readonly name: string;
  /** Whose things count. */
  readonly counted: Owners;
  readonly limits: Amounts;
}

/** What an owner may have, and what it has. */
export interface Quota extends LimitedOwner {
  readonly used: Amounts;
}

/** A limit that would be passed. */
export interface Passed {
  readonly quota: Quota;
  readonly type: ResourceType;
}

/**
 * The owners whose limits can be reached, of a line in which each one is part of the one before it: whoever may have as much as
 * somebody above it reaches its limit no sooner.
 */
export function binding(line: readonly LimitedOwner[]): readonly LimitedOwner[] {
  let tightest = amounts(() => Infinity);
  return line.filter(({ limits }) => {
    const above = tightest;
    tightest = amounts((type) => Math.min(above[type], limits[type]));
    return ALL_TYPES.some((type) => limits[type] < above[type]);
  });
}

/** The first limit that would be passed by what is asked for; undefined if there is room for it everywhere. */
export function firstPassed(quotas: readonly Quota[], asked: Amounts): Passed | undefined {
  for (const quota of quotas) {
    const type = ALL_TYPES.find((each) => asked[each] > 0 && quota.used[each] + asked[each] > quota.limits[each]);
    if (type) return { quota, type };
  }
  return undefined;
}

const WHAT: Record<ResourceType, string> = { backup: 'backups', backup_storage: 'GiB of backup storage' };

/** Says which limit of whom would be passed, and what can be done about it. */
export function whyPassed({ quota: { name, used, limits }, type }: Passed, asked: Amounts): string {
  const [has, most, needs] = [used, limits, asked].map((each) => unitsOf(type, each[type]));
  return (
    `${name} has ${has} of at most ${most} ${WHAT[type]}, and this needs ${needs} more; delete backups that are no longer needed, ` +
    `or have an administrator raise the limit (updateResourceLimit with resourcetype ${RESOURCE_TYPES[type].number})`
  );
}
