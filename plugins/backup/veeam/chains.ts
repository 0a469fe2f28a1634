import type { RestorePoint } from './transport.js';

/** A restore point in its chain. */
export interface ChainedPoint extends RestorePoint {
  readonly type: 'FULL' | 'INCREMENTAL';
  /** The restore point that it cannot be restored without; absent if it stands alone. */
  readonly dependsOn?: string;
}

/**
 * The restore points of whole chains, oldest first, each with the one that it depends on: an increment on the one before it, a reverse one
 * on the one after it, and a full one on none. A chain begins with a full backup, and where the API does not tell, goes on with increments.
 */
export function linked(points: readonly RestorePoint[]): readonly ChainedPoint[] {
  const byTime = [...points].sort((a, b) => a.takenAt.getTime() - b.takenAt.getTime());
  const before = neighbours(byTime, ({ isReverse }) => !isReverse);
  const after = neighbours([...byTime].reverse(), ({ isReverse, type }) => isReverse === true || type === 'FULL');
  return byTime.map((point) => {
    const { type = before.has(point.id) ? 'INCREMENTAL' : 'FULL' } = point;
    const dependsOn = type === 'FULL' ? undefined : (point.isReverse ? after : before).get(point.id);
    return { ...point, type, ...(dependsOn === undefined ? {} : { dependsOn }) };
  });
}

/** For each point that has one, the nearest before it in the list that is in the same chain and can be depended on. */
function neighbours(points: readonly RestorePoint[], canBear: (point: RestorePoint) => boolean): ReadonlyMap<string, string> {
  const [nearest, found] = [new Map<string, string>(), new Map<string, string>()];
  for (const point of points) {
    const neighbour = nearest.get(point.chain);
    if (neighbour !== undefined) found.set(point.id, neighbour);
    if (canBear(point)) nearest.set(point.chain, point.id);
  }
  return found;
}

/** What cannot be restored without the restore point, in an order in which it can be deleted: the last link first. */
export function dependantsOf(id: string, chain: readonly ChainedPoint[]): readonly string[] {
  return chain.filter(({ dependsOn }) => dependsOn === id).flatMap((point) => [...dependantsOf(point.id, chain), point.id]);
}

/**
 * Those of the strange restore points that cannot be restored without this one if they are of its machine, under names that this had for a
 * while. Which they are is not known, so each is taken for one of its own alone. They are of another machine for sure where one has the name
 * now and they are whole without any others: a machine that was only renamed goes on with increments.
 */
export function perhapsDependantsOf(
  id: string,
  own: readonly RestorePoint[],
  strange: readonly RestorePoint[],
  isOfAnother: (name: string) => boolean,
): readonly RestorePoint[] {
  const isForeign = ({ machine: { name = '' } }: RestorePoint) =>
    isOfAnother(name) && isWhole(strange.filter(({ machine }) => machine.name === name));
  return strange.filter((each) => !isForeign(each) && dependantsOf(id, linked([...own, each])).includes(each.id));
}

/** Whether each of them can be restored with nothing but others of them. */
const isWhole = (points: readonly RestorePoint[]): boolean =>
  linked(points).every(({ type, dependsOn }) => type === 'FULL' || dependsOn !== undefined);
