import type { Selection } from '../dao/archive.js';
import { ApiError } from '../errors.js';

/** Refuses to archive or delete everything because nothing was said. */
export function assertSays(what: string, selection: Selection): void {
  if (Object.values(selection).some((condition) => condition !== undefined)) return;
  throw new ApiError('invalid_value', `say which ${what}: give ids, type, startdate or enddate`);
}
