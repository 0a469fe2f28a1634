/** What tells which of two backups is the older. */
export interface Aged {
  readonly id: number;
  readonly created: Date;
}

/** Those of the backups that are beyond the newest `keep`, oldest first; none if `keep` is 0. */
export function surplus<T extends Aged>(backups: readonly T[], keep: number): T[] {
  if (keep === 0) return [];
  const oldestFirst = [...backups].sort((a, b) => a.created.getTime() - b.created.getTime() || a.id - b.id);
  return oldestFirst.slice(0, Math.max(0, oldestFirst.length - keep));
}
