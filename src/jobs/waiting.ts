import { BEGUN, JOB_PENDING, SCHEDULED, type Job } from '../dao/job-dao.js';
import type { Standing } from '../dao/job-turn-dao.js';
import { isSuspect } from './suspects.js';
import type { ReachedLimit } from './parallel-limits.js';

/** Why a job does not run, and its place among the waiting jobs of its account: 1 for the next. */
export interface Waiting {
  readonly reason: string;
  /** Absent once it has begun: then it goes before everything that has not. */
  readonly position: number | undefined;
}

/** Whether the job waits: it has not ended, and no living server runs it. */
export const isWaiting = ({ status, holder, leaseUntil }: Pick<Job, 'status' | 'holder' | 'leaseUntil'>, now: Date): boolean =>
  status === JOB_PENDING && (holder === null || (leaseUntil !== null && leaseUntil < now));

/** What keeps a job waiting on the side of the servers. */
interface Hindrance {
  readonly reached: ReachedLimit | undefined;
  /** Whether the server that is asked has the command. */
  readonly isKnown: boolean;
}

/** Why the job waits: that the server does not know it, then what comes first on its machine, then a limit, then that no server has room. */
export function waitingOf(job: Job, { firstUuid, ahead }: Omit<Standing, 'id'>, hindrance: Hindrance, now: Date): Waiting {
  return { reason: reasonOf(job, firstUuid, hindrance, now), position: job.turn === BEGUN ? undefined : ahead + 1 };
}

function reasonOf(job: Job, firstUuid: string | null, { reached, isKnown }: Hindrance, now: Date): string {
  const { holder, leaseUntil, machineUuid, fault, command } = job;
  if (!isKnown) return `this server does not know ${command}; a server of a version that does takes it up`;
  if (holder !== null) {
    const when = isSuspect(job) ? ` when it has ${roomFor(job)}` : '';
    return `server ${holder}, which ran it, has given no sign of life since; another one takes it up${when}`;
  }
  if (leaseUntil !== null && leaseUntil > now)
    return `it is run again after ${leaseUntil.toISOString()}, because of: ${fault ?? 'a fault'}`;
  if (firstUuid !== null) return `job ${firstUuid} goes first on virtual machine ${machineUuid}`;
  if (reached) return limitText(reached, job.priority === SCHEDULED);
  return `its turn comes when a server has ${roomFor(job)}`;
}

const roomFor = (job: Job): string => `room for one more job${isSuspect(job) ? ' that several servers have died with' : ''}`;

function limitText({ what, setting, limit }: ReachedLimit, isScheduled: boolean): string {
  const kept = isScheduled && limit > 1 ? ', of which schedules leave one to what is asked for' : '';
  return `${what} has as many jobs running as it may: ${setting} is ${limit}${kept}`;
}
