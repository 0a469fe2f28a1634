import type { Backup } from '../dao/backup-dao.js';
import type { NamePeriod, Period } from './calendar-periods.js';
import { KEEPS, limits, type RetentionRule } from '../retention-rule.js';

/** What decides whether a backup is kept. */
export type RetainedBackup = Pick<Backup, 'id' | 'status' | 'missed' | 'created' | 'held' | 'externalId' | 'dependsOn'>;

/** Backups of one machine, and the rule that holds for them. */
export interface Governed {
  readonly rule: RetentionRule;
  /** By whose clocks hours, days and so on are told. */
  readonly periods: NamePeriod;
  /** The ids of the backups. Those that no rule holds for are in none. */
  readonly backups: ReadonlySet<number>;
}

/**
 * Why a backup is kept.
 *
 * - a part of its rule: the rule keeps it
 * - `noRule`: no rule holds for it
 * - `state`: it cannot be restored now, or that is in doubt, so that it neither counts nor goes
 * - `hold`: it is on hold
 * - `lastGood`: the machine has no newer one that can be restored
 * - `neededBy`: one that is kept depends on it
 */
export type Reason = keyof RetentionRule | 'noRule' | 'state' | 'hold' | 'lastGood' | 'neededBy';

/** Why each backup is kept, by id. One without a reason goes. */
export type Verdicts = ReadonlyMap<number, readonly Reason[]>;

const DAY_MS = 24 * 3_600_000;

/** What a number keeps of the backups, which are ordered from the newest. */
type Keep = (backups: readonly RetainedBackup[], number: number, look: { readonly periods: NamePeriod; readonly now: Date }) => Kept;
type Kept = readonly RetainedBackup[];

const newestOfEach =
  (period: Period): Keep =>
  (backups, number, { periods }) => {
    const newest = new Map<string, RetainedBackup>();
    for (const backup of backups) {
      if (newest.size === number) break;
      const name = periods(period, backup.created);
      if (!newest.has(name)) newest.set(name, backup);
    }
    return [...newest.values()];
  };

const KEEP: Readonly<Record<keyof RetentionRule, Keep>> = {
  maxBackups: (backups, number) => backups.slice(0, number),
  keepDays: (backups, number, { now }) => backups.filter((backup) => endOfDays(backup, number) > now),
  keepHourly: newestOfEach('hour'),
  keepDaily: newestOfEach('day'),
  keepWeekly: newestOfEach('week'),
  keepMonthly: newestOfEach('month'),
  keepYearly: newestOfEach('year'),
};

/**
 * Which backups of a machine are kept, of all that it has: those that no rule holds for, those on hold, those that their rule keeps, the
 * last good one, and whatever one of these depends on. Backups that cannot be restored, as far as is known, or that their provider did not
 * show when it was last looked, do not count. One that is being deleted goes, as soon as nothing that is kept depends on it.
 */
export function decide(backups: readonly RetainedBackup[], governed: readonly Governed[], now: Date): Verdicts {
  const ruling = governed.filter(({ rule }) => limits(rule));
  const chains = new Chains(backups);
  const reasons = new Map<number, Reason[]>(backups.map(({ id }) => [id, []]));
  const keep = ({ id }: RetainedBackup, reason: Reason) => void reasons.get(id)?.push(reason);
  const ruled = new Set(ruling.flatMap((each) => [...each.backups]));
  const staying = backups.filter(({ status }) => status !== 'Deleting');
  for (const backup of staying) {
    if (!ruled.has(backup.id)) keep(backup, 'noRule');
    else if (!chains.isGood(backup)) keep(backup, 'state');
    if (backup.held) keep(backup, 'hold');
  }
  const good = staying.filter((backup) => chains.isGood(backup)).sort(newestFirst);
  for (const backup of lastOf(good)) keep(backup, 'lastGood');
  for (const { rule, periods, backups: ids } of ruling) {
    const counting = good.filter(({ id }) => ids.has(id));
    for (const part of KEEPS.filter((each) => rule[each] > 0)) {
      for (const backup of KEEP[part](counting, rule[part], { periods, now })) keep(backup, part);
    }
  }
  const kept = backups.filter(({ id }) => (reasons.get(id) ?? []).length > 0);
  for (const backup of chains.basesOf(kept)) keep(backup, 'neededBy');
  return reasons;
}

/** Those that go, each before what it depends on. */
export function leafFirst<T extends RetainedBackup>(backups: readonly T[]): T[] {
  const chains = new Chains(backups);
  return [...backups].sort((a, b) => chains.depth(b) - chains.depth(a) || a.id - b.id);
}

/** The moment from which `keepDays` no longer keeps the backup. */
export const endOfDays = ({ created }: Pick<RetainedBackup, 'created'>, days: number): Date => new Date(created.getTime() + days * DAY_MS);

const newestFirst = (a: RetainedBackup, b: RetainedBackup): number => b.created.getTime() - a.created.getTime() || b.id - a.id;

/** The newest by its time, and the one that was recorded last: clocks can be wrong. */
function lastOf([newest, ...older]: readonly RetainedBackup[]): RetainedBackup[] {
  if (!newest) return [];
  const recorded = older.reduce((last, each) => (each.id > last.id ? each : last), newest);
  return recorded === newest ? [newest] : [newest, recorded];
}

/** Which backup depends on which. */
class Chains {
  private readonly byName: ReadonlyMap<string, RetainedBackup>;
  private readonly good = new Map<RetainedBackup, boolean>();

  constructor(backups: readonly RetainedBackup[]) {
    this.byName = new Map(backups.flatMap((backup) => (backup.externalId === null ? [] : [[backup.externalId, backup] as const])));
  }

  /** Whether it can be restored, as far as that is known: it and all that it depends on are there, and were not missed. */
  isGood(backup: RetainedBackup): boolean {
    const unknown = this.chainOf(backup, this.good);
    const base = this.baseOf(unknown.at(-1) ?? backup);
    let isGood = base === undefined || (this.good.get(base) ?? true);
    for (const each of unknown.reverse()) this.good.set(each, (isGood &&= each.status === 'BackedUp' && each.missed === null));
    return this.good.get(backup) ?? false;
  }

  /** What the backups depend on. */
  basesOf(backups: readonly RetainedBackup[]): RetainedBackup[] {
    const bases = new Set<RetainedBackup>();
    for (const backup of backups) {
      const base = this.baseOf(backup);
      if (base) for (const each of this.chainOf(base, bases)) bases.add(each);
    }
    return [...bases];
  }

  /** How many backups it depends on. */
  depth(backup: RetainedBackup): number {
    return this.chainOf(backup).length - 1;
  }

  /** The backup and all that it depends on, the nearest first, as far as the first that is known. */
  private chainOf(backup: RetainedBackup, known: { has(each: RetainedBackup): boolean } = new Set()): RetainedBackup[] {
    const chain = new Set<RetainedBackup>();
    for (let at: RetainedBackup | undefined = backup; at && !known.has(at) && !chain.has(at); at = this.baseOf(at)) chain.add(at);
    return [...chain];
  }

  private baseOf({ dependsOn }: RetainedBackup): RetainedBackup | undefined {
    return dependsOn === null ? undefined : this.byName.get(dependsOn);
  }
}
