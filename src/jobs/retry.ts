import { URGENT, type Job } from '../dao/job-dao.js';
import { isOwnFault, isTemporary, isUnknown } from '../errors.js';

/** So often a job may take its server down, or fail for a reason that is the server's own. */
export const MOST_CRASHES = 4;

const SECOND_MS = 1000;
/** After a fault of the server's own, and after one of a plugin's: the first pause, how it grows, and the longest. */
const OWN = { firstMs: 400, factor: 4, mostMs: 60 * SECOND_MS };
const TEMPORARY = { firstMs: 5 * SECOND_MS, factor: 2, mostMs: 300 * SECOND_MS };

/** How a job is run again that could not end: what it counts, and how long it waits. */
export interface Retry {
  readonly retries: number;
  readonly crashes: number;
  readonly pauseMs: number;
}

/**
 * Whether and when a job is run again that has met the failure: always after a fault of the server's own, `most` times after one that a
 * plugin calls temporary, and of an urgent one, which is a restore, also when it is unknown how it ended: a machine is not given back
 * while it may still be written to. Never after anything else. The pause is chosen evenly between nothing and a time that doubles, so that jobs
 * that failed together do not come back together; `chance` is from 0 to 1.
 */
export function retryOf(
  error: unknown,
  { retries, crashes, priority }: Pick<Job, 'retries' | 'crashes' | 'priority'>,
  most: number,
  chance: number,
): Retry | undefined {
  if (isOwnFault(error)) return { retries, crashes: crashes + 1, pauseMs: pauseOf(OWN, crashes, chance) };
  const mayPass = isTemporary(error) || (priority === URGENT && isUnknown(error));
  if (!mayPass || retries >= most) return undefined;
  return { retries: retries + 1, crashes, pauseMs: pauseOf(TEMPORARY, retries, chance) };
}

const pauseOf = ({ firstMs, factor, mostMs }: typeof OWN, before: number, chance: number): number =>
  Math.round(chance * Math.min(mostMs, firstMs * factor ** before));
