import type { IdentityDirectory } from '../account/identity-directory.js';
import { withFormattedDates } from '../api/date.js';
import { runBound } from '../api/dispatcher.js';
import type { CommandSpec } from '../api/command.js';
import type { CallContext, Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import { JOB_SUCCEEDED, type Hold, type Job } from '../dao/job-dao.js';
import { ApiError, found, isOwnFault, toApiError } from '../errors.js';
import type { EventRecorder } from '../events/event-recorder.js';
import type { Log } from '../log.js';
import type { Services } from '../services.js';
import { JobProgress } from './job-progress.js';
import { failedWith, type Outcome } from './outcome.js';
import { MOST_CRASHES, retryOf, type Retry } from './retry.js';

/** A job that could not end, and is run again. */
export interface Postponed extends Retry {
  /** What it has met. */
  readonly fault: string;
}

/** What cuts the work of a job off. */
export interface Signals {
  /** The job is another server's now. */
  readonly signal: AbortSignal;
  /** Somebody has cancelled it. */
  readonly cancellation: AbortSignal;
}

/** The work of a job: runs its command as the user who asked for it, and says what came of it. */
export class JobWork {
  constructor(
    private readonly db: Database,
    private readonly identities: IdentityDirectory,
    private readonly services: Services,
    private readonly events: EventRecorder,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  /** How the job ends, or that it is run again. */
  async run(job: Job, hold: Hold, signals: Signals): Promise<Outcome | Postponed> {
    if (hold.crashes > MOST_CRASHES) return givenUp(hold);
    try {
      const result = await this.execute(job, hold, signals);
      return { recorded: { status: JOB_SUCCEEDED, resultCode: 0, percent: 100, result: JSON.stringify(withFormattedDates(result)) } };
    } catch (error) {
      const failure = toApiError(error, job.requestId);
      const retry = this.retryOf(error, job, hold);
      const about = { job: job.uuid, requestId: job.requestId, command: job.command, failure: failure.kind };
      this.log(isOwnFault(error) ? 'error' : 'info', retry ? 'job postponed' : 'job failed', { ...about, ...retry, error });
      if (retry) return { ...retry, fault: failure.message };
      return failedWith(
        job.retries === 0 ? failure : new ApiError(failure.kind, `${failure.message}; tried ${job.retries + 1} times`, error),
      );
    }
  }

  private async execute(job: Job, hold: Hold, { signal, cancellation }: Signals): Promise<object> {
    const spec = commandOf(this.services, job);
    const caller = await this.callerOf(job, spec, hold);
    await this.events.started(spec, job);
    const progress = new JobProgress(job.resume, (changes) => this.db.daos.jobs.progress(hold, changes), this.now);
    const call: CallContext = {
      requestId: job.requestId,
      caller,
      signal,
      job: {
        operationId: job.operationId,
        cancellation,
        isRepeat: hold.attempts > 1,
        instanceUuid: job.instanceUuid ?? undefined,
        isByRule: job.byRule,
        backupScheduleId: job.backupScheduleId,
        isTriedAgain: (error) => this.retryOf(error, job, hold) !== undefined,
        resumeOf: (step) => progress.resumeOf(step),
        report: (step, reported) => progress.report(step, reported),
      },
    };
    return runBound(spec, new Map(JSON.parse(job.params) as [string, string][]), (command) => command.execute(this.services, call));
  }

  /** Whoever asked for it, if they still may. What has begun goes on whatever has become of them: it may be half done. */
  private async callerOf({ userId }: Job, { name }: CommandSpec, { attempts }: Hold): Promise<Caller> {
    const isBegun = attempts > 1;
    const caller = await (isBegun ? this.identities.findAnyByUserId(userId) : this.identities.findByUserId(userId));
    if (!caller) throw new ApiError('denied', 'the user who asked for this job has been disabled or removed');
    if (isBegun || (await this.services.roles.rightsOf(caller)).has(name)) return caller;
    throw new ApiError('denied', `the role of the user who asked for this job no longer allows ${name}`);
  }

  private retryOf(error: unknown, { retries, zoneId, priority }: Job, { crashes }: Hold): Retry | undefined {
    const most = this.services.settings.get('jobs.retries', zoneId === null ? {} : { zoneId });
    return retryOf(error, { retries, crashes, priority }, most, Math.random());
  }
}

/** The command of a job that this server has taken: it takes no others than those that it knows. */
export const commandOf = ({ commands }: Pick<Services, 'commands'>, { command }: Pick<Job, 'command'>): CommandSpec =>
  found(commands.get(command.toLowerCase()), 'command', command);

const givenUp = ({ crashes }: Hold): Outcome =>
  failedWith(
    new ApiError('internal', `the job was given up after ${crashes} attempts that ended in a fault of the server; its log has the causes`),
  );
