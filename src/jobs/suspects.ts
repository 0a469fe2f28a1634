import type { Job } from '../dao/job-dao.js';
import { MOST_CRASHES } from './retry.js';

/** So many servers must have died. */
const DEATHS = 2;
/** So many leases long, a suspect that has begun is on trial. */
const TRIAL_LEASES = 4;

/** Whether the job may be what the servers that ran it have died of, as far as the ends of its leases tell. */
export const isSuspect = ({ deaths, holder }: Pick<Job, 'deaths' | 'holder'>): boolean =>
  // A holder that is to be taken over has died too.
  deaths + (holder === null ? 0 : 1) >= DEATHS;

/** How a server has begun to run a job. */
export interface Beginning {
  readonly began: Date;
  /** How often a server had died over the job by then. */
  readonly crashes: number;
}

/**
 * Whether no other suspect is to begin beside the one that runs: until it has lived for some leases, so that those that only lost their
 * leases need not wait for each other's ends; and to its end if the next crash is its last, so that whoever is given up was alone.
 */
export const isOnTrial = ({ began, crashes }: Beginning, leaseMs: number, now: Date): boolean =>
  crashes >= MOST_CRASHES || now.getTime() - began.getTime() < TRIAL_LEASES * leaseMs;
