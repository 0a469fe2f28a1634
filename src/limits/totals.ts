import { pathsTo } from '../domain-path.js';

/** What an account has, or a domain with everything below it. */
export interface Totals {
  readonly machines: number;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly volumes: number;
  readonly volumeBytes: number;
  readonly backups: number;
  readonly backupBytes: number;
}

export const NOTHING: Totals = { machines: 0, cpus: 0, memoryMb: 0, volumes: 0, volumeBytes: 0, backups: 0, backupBytes: 0 };

type Owned = Partial<Totals> & { readonly owner: number | string };

/** Adds up by owner what has been counted of several kinds. */
export function addedUp(counted: readonly Owned[]): ReadonlyMap<number | string, Totals> {
  const sums = new Map<number | string, Totals>();
  for (const { owner, ...totals } of counted) sums.set(owner, sum(sums.get(owner) ?? NOTHING, totals));
  return sums;
}

/** What each domain has of its own, by path, counts for all domains above it too. */
export const countedAbove = (counted: readonly Owned[]): readonly Owned[] =>
  counted.flatMap((own) => pathsTo(String(own.owner)).map((owner) => ({ ...own, owner })));

function sum(some: Totals, more: Partial<Totals>): Totals {
  const of = (name: keyof Totals) => some[name] + (more[name] ?? 0);
  return Object.fromEntries(Object.keys(NOTHING).map((name) => [name, of(name as keyof Totals)])) as unknown as Totals;
}

/** The path of the lowest domain that all the domains are in, or that is one of them. */
export function commonPath(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('/'));
  const differs = first.findIndex((name, index) => others.some((other) => other[index] !== name));
  return (differs === -1 ? first : first.slice(0, differs)).join('/');
}
