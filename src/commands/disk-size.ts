import { invalid } from '../errors.js';

const GIB = 2 ** 30;
/** The smallest disk that can be created, in GiB. */
export const LEAST_GIB = 1;
/** The largest disk that can be created, in GiB. */
export const MOST_GIB = 65_536;

/** The bytes of a disk whose size was given in GiB; refuses what no disk has. */
export function diskBytes(parameter: string, gib: number): number {
  if (gib < LEAST_GIB || gib > MOST_GIB) throw invalid(parameter, `${gib} GiB is not between ${LEAST_GIB} and ${MOST_GIB}`);
  return gib * GIB;
}
