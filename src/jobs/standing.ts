import { JOB_PENDING, type JobView } from '../dao/job-dao.js';
import { estimatedEnd } from './byte-rate.js';
import type { Waiting } from './waiting.js';

/** A job with how it stands now. */
export interface JobStanding extends JobView {
  /** Absent if it runs or has ended. */
  readonly waiting: Waiting | undefined;
  /** When it will have ended, if anybody can tell. */
  readonly estimatedEnd: Date | undefined;
}

/** Puts together what is known of a job. Only of work that goes on an end is estimated. */
export function standingOf(job: JobView, waiting: Waiting | undefined, now: Date): JobStanding {
  const { status, doneBytes, totalBytes, bytesPerSecond, progressed } = job;
  const isMeasured = status === JOB_PENDING && !waiting && doneBytes !== null && totalBytes !== null && progressed !== null;
  const end = isMeasured ? estimatedEnd({ doneBytes, at: progressed, bytesPerSecond }, totalBytes, now) : undefined;
  return { ...job, waiting, estimatedEnd: end };
}
