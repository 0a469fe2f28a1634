import { invalid } from '../errors.js';

const GIB = 2 ** 30;
const MOST_GIB = 65_536;

/** The bytes of a disk whose size was given in GiB; refuses what no disk has. */
export function diskBytes(parameter: string, gib: number): number {
  if (gib < 1 || gib > MOST_GIB) throw invalid(parameter, `${gib} GiB is not between 1 and ${MOST_GIB}`);
  return gib * GIB;
}
