import type { RoleType } from './account/role-type.js';

/** Who is calling, for one request or one job. Passed explicitly, never global. */
export interface CallContext {
  /** Joins the access line, the log and the job of one request. */
  readonly requestId: string;
  readonly caller: Caller;
  /** The job that runs the command; absent while a request is being answered. */
  readonly job?: RunningJob;
  /** Aborts when the job is cut off. */
  readonly signal: AbortSignal;
}

/** A user with account and domain, as looked up by key or session. */
export interface Caller {
  readonly userId: number;
  readonly userUuid: string;
  readonly username: string;
  readonly accountId: number;
  readonly accountUuid: string;
  readonly accountName: string;
  readonly role: RoleType;
  readonly domainId: number;
  readonly domainUuid: string;
  readonly domainPath: string;
}

/** The job as the command that it runs sees it. */
export interface RunningJob {
  /** Also names the operation at the provider: the same again after a restart. */
  readonly uuid: string;
  /** The uuid of the thing that the job is about, or will create. */
  readonly instanceUuid: string | undefined;
  /** The provider's last reference to the operation, if a server has begun it before. */
  readonly reference: string | undefined;
  report(progress: { percent?: number; reference?: string }): Promise<void>;
}

/** The job that runs the command; a programming error outside a job. */
export function runningJob(call: CallContext): RunningJob {
  if (!call.job) throw new Error('this runs only as a job');
  return call.job;
}
