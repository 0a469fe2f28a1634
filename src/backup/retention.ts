/** Those of the backups that are beyond the newest `keep`, oldest first; none if `keep` is 0. The ids tell the order: clocks can be wrong. */
export function surplus<T extends { readonly id: number }>(backups: readonly T[], keep: number): T[] {
  if (keep === 0) return [];
  const oldestFirst = [...backups].sort((a, b) => a.id - b.id);
  return oldestFirst.slice(0, Math.max(0, oldestFirst.length - keep));
}
