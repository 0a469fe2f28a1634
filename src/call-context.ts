import type { RoleType } from './account/role-type.js';
import type { Progress } from './provider/index.js';

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
  readonly roleId: number;
  /** The type of the role. */
  readonly role: RoleType;
  readonly domainId: number;
  readonly domainUuid: string;
  readonly domainPath: string;
  /** The domains that a domain administrator governs: its own and everything below; empty for everybody else. */
  readonly domainTree: ReadonlySet<number>;
}

/** The job as the command that it runs sees it. */
export interface RunningJob {
  /** Names the work in records and at plugins: the same again after a crash. */
  readonly operationId: string;
  /** Aborts when the job is cancelled: what can be given up without a trace is given up then, and everything else goes on. */
  readonly cancellation: AbortSignal;
  /** Whether a server has begun the job before, so that its work may be done already. */
  readonly isRepeat: boolean;
  /** The uuid of the thing that the job is about, or will create. */
  readonly instanceUuid: string | undefined;
  /** The schedule that wants the job; null for what somebody has asked for. */
  readonly backupScheduleId: number | null;
  /** Whether a rule of retention wants the job. */
  readonly isByRule: boolean;
  /** The last reference that a plugin has reported in this step, also before a crash. */
  resumeOf(step: string): string | undefined;
  report(step: string, progress: Progress): Promise<void>;
  /** Whether the job will be run again if it ends in the error, so that nothing is to be put back yet. */
  isTriedAgain(error: unknown): boolean;
}

/** The job that runs the command; a programming error outside a job. */
export function runningJob(call: CallContext): RunningJob {
  if (!call.job) throw new Error('this runs only as a job');
  return call.job;
}
