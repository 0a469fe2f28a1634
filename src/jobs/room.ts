import { SCHEDULED } from '../dao/job-dao.js';
import type { PendingJob } from '../dao/job-turn-dao.js';
import { leavingOne } from './parallel-limits.js';
import { isOnTrial, isSuspect, type Beginning } from './suspects.js';

export interface RunnerLimits {
  /** Jobs at the same time. */
  readonly parallel: number;
  /** After this time without a sign of life, another server takes a job up. */
  readonly leaseMs: number;
}

/** How many jobs a server can begin now. */
export interface Room {
  readonly jobs: number;
  /** Of these, at most so many that schedules want. */
  readonly scheduled: number;
  /** Of these, at most so many that may be what servers have died of. */
  readonly suspects: number;
}

/** A job that a server runs, as far as it takes room from others. */
export interface Occupant extends Beginning {
  readonly priority: number;
  /** It may be what servers have died of. */
  readonly isSuspect: boolean;
}

/** What the running jobs leave of a server's room: schedules leave one place to what is asked for, and one suspect at a time is on trial. */
export function roomOf(running: readonly Occupant[], { parallel, leaseMs }: RunnerLimits, now: Date): Room {
  const scheduled = running.filter(({ priority }) => priority === SCHEDULED).length;
  return {
    jobs: Math.max(0, parallel - running.length),
    scheduled: Math.max(0, leavingOne(parallel) - scheduled),
    suspects: running.some((job) => job.isSuspect && isOnTrial(job, leaseMs, now)) ? 0 : 1,
  };
}

/** Whether there is room for one more job of its kinds. */
export const hasRoom = (job: PendingJob, { scheduled, suspects }: Omit<Room, 'jobs'>): boolean =>
  (job.priority !== SCHEDULED || scheduled > 0) && (!isSuspect(job) || suspects > 0);
