import type { Job } from '../dao/job-dao.js';

/** So many servers must have died. */
const DEATHS = 2;

/**
 * Whether the job may be what the servers that ran it have died of. A server runs one such job at a time, so that those that were beside it do
 * not count the next deaths with it, and are not given up for them.
 */
export const isSuspect = ({ deaths, holder }: Pick<Job, 'deaths' | 'holder'>): boolean =>
  // A holder that is to be taken over has died too.
  deaths + (holder === null ? 0 : 1) >= DEATHS;
