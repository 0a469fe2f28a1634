import { SCHEDULED, type Slots } from '../dao/job-dao.js';
import type { PendingJob } from '../dao/job-turn-dao.js';
import type { Occupancy } from './parallel-limits.js';
import { hasRoom, type Room } from './room.js';
import { isSuspect } from './suspects.js';

/** A job whose turn it is, and what it is to hold while it runs. */
export interface Turn {
  readonly id: number;
  readonly slots: Slots;
}

/**
 * Whose turn it is, of jobs that each could begin: first what has begun before, and of that as of the rest the highest priority; among equals
 * the account with the fewest running jobs, then the oldest. Jobs that a limit keeps waiting are passed over. Counts those whose turn it is as running.
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

const firstOf = (jobs: readonly PendingJob[], occupancy: Occupancy): PendingJob =>
  jobs.reduce((first, job) => (goesBefore(job, first, occupancy) ? job : first));

function goesBefore(one: PendingJob, other: PendingJob, occupancy: Occupancy): boolean {
  const [urgency, burden] = [one.priority - other.priority, occupancy.running(one.accountId) - occupancy.running(other.accountId)];
  return (one.turn - other.turn || urgency || burden || one.id - other.id) < 0;
}
