import { SCHEDULED, type Slots } from '../dao/job-dao.js';
import type { PendingJob } from '../dao/job-turn-dao.js';
import type { Occupancy } from './parallel-limits.js';
import { isSuspect } from './suspects.js';

/** How many jobs a server can begin now. */
export interface Room {
  readonly jobs: number;
  /** Of these, at most so many that schedules want. */
  readonly scheduled: number;
  /** Of these, at most so many that may be what servers have died of. */
  readonly suspects: number;
}

/** A job whose turn it is, and what it is to hold while it runs. */
export interface Turn {
  readonly id: number;
  readonly slots: Slots;
}

/**
 * Whose turn it is, of jobs that each could begin: first what has begun before, then by priority; among equals the account with the
 * fewest running jobs, then the oldest. Jobs that a limit keeps waiting are passed over. Counts those whose turn it is as running.
 */
export function nextTurns(candidates: readonly PendingJob[], occupancy: Occupancy, room: Room): readonly Turn[] {
  const waiting = new Set(candidates);
  const turns: Turn[] = [];
  const left = { scheduled: room.scheduled, suspects: room.suspects };
  while (waiting.size > 0 && turns.length < room.jobs) {
    const job = firstOf([...waiting], occupancy);
    waiting.delete(job);
    if (!hasRoom(job, left) || occupancy.reached(job)) continue;
    turns.push({ id: job.id, slots: occupancy.occupy(job) });
    if (job.priority === SCHEDULED) left.scheduled -= 1;
    if (isSuspect(job)) left.suspects -= 1;
  }
  return turns;
}

/** Whether there is room for one more job of its kinds. */
export const hasRoom = (job: PendingJob, { scheduled, suspects }: Omit<Room, 'jobs'>): boolean =>
  (job.priority !== SCHEDULED || scheduled > 0) && (!isSuspect(job) || suspects > 0);

const firstOf = (jobs: readonly PendingJob[], occupancy: Occupancy): PendingJob =>
  jobs.reduce((first, job) => (goesBefore(job, first, occupancy) ? job : first));

function goesBefore(one: PendingJob, other: PendingJob, occupancy: Occupancy): boolean {
  const order = one.turn - other.turn || occupancy.running(one.accountId) - occupancy.running(other.accountId) || one.id - other.id;
  return order < 0;
}
