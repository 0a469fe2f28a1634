import type { RestorePoint } from './transport.js';

/** A restore point in its chain. */
export interface ChainedPoint extends RestorePoint {
  readonly type: 'FULL' | 'INCREMENTAL';
  /** The restore point that it cannot be restored without; absent if it stands alone. */
  readonly dependsOn?: string;
}

/**
 * The restore points of whole chains, oldest first, each with the one that it depends on: the one before it, unless it is full. A chain
 * begins with a full backup, and where the API does not tell, goes on with increments.
 */
export function linked(points: readonly RestorePoint[]): readonly ChainedPoint[] {
  const newest = new Map<string, string>();
  return [...points]
    .sort((a, b) => a.takenAt.getTime() - b.takenAt.getTime())
    .map((point) => {
      const before = newest.get(point.chain);
      newest.set(point.chain, point.id);
      const { type = before === undefined ? 'FULL' : 'INCREMENTAL' } = point;
      return { ...point, type, ...(before === undefined || type === 'FULL' ? {} : { dependsOn: before }) };
    });
}

/** What cannot be restored without the restore point, in an order in which it can be deleted: the last link first. */
export function dependantsOf(id: string, chain: readonly ChainedPoint[]): readonly string[] {
  const without = new Set([id]);
  for (const point of chain) if (point.dependsOn !== undefined && without.has(point.dependsOn)) without.add(point.id);
  return [...without].slice(1).reverse();
}
