import { JOB_FAILED, type Job } from '../dao/job-dao.js';
import { shapeOf, type ApiError } from '../errors.js';

/** How a job ended. */
export interface Outcome {
  readonly recorded: Pick<Job, 'status' | 'resultCode' | 'result'> & Partial<Pick<Job, 'percent'>>;
  /** Why, if it failed. */
  readonly failure?: ApiError;
}

/** The end of a job that has failed. */
export function failedWith(failure: ApiError): Outcome {
  const { http } = shapeOf(failure.kind);
  const result = JSON.stringify({ errorcode: http, errortext: failure.message });
  return { recorded: { status: JOB_FAILED, resultCode: http, result }, failure };
}
