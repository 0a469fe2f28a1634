import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { IdentityDirectory } from '../account/identity-directory.js';
import { withFormattedDates } from '../api/date.js';
import { runBound, type CommandTable } from '../api/dispatcher.js';
import type { CallContext } from '../call-context.js';
import type { Database } from '../dao/database.js';
import { JOB_FAILED, JOB_SUCCEEDED, type Hold, type Job } from '../dao/job-dao.js';
import { ApiError, shapeOf, toApiError } from '../errors.js';
import type { Log } from '../log.js';
import { Abandoned } from '../abandoned.js';
import type { Services } from '../services.js';

const MOST_ATTEMPTS = 5;
const REPORT_EVERY_MS = 500;

export interface RunnerLimits {
  /** Jobs at the same time. */
  readonly parallel: number;
  /** After this time without a sign of life, another server takes a job up. */
  readonly leaseMs: number;
}

interface Running {
  readonly hold: Hold;
  readonly abort: AbortController;
  readonly done: Promise<void>;
  /** The outcome is being recorded: the lease may be gone for that reason. */
  isEnding: boolean;
}

/** Runs jobs: takes them by a lease, renews the lease while they run, and records how they ended. */
export class JobRunner {
  /** Names this server's run in the rows of the jobs that it holds. */
  readonly holder = randomUUID();
  private readonly running = new Map<number, Running>();
  private readonly timers: NodeJS.Timeout[] = [];
  private round: Promise<void> | undefined;
  private roundAgain = false;
  private isStopping = false;

  constructor(
    private readonly db: Database,
    private readonly commands: CommandTable,
    private readonly identities: IdentityDirectory,
    private readonly services: Services,
    private readonly limits: RunnerLimits,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  start(): void {
    const third = this.limits.leaseMs / 3;
    this.timers.push(setInterval(() => void this.renew(), third), setInterval(() => this.wake(), Math.min(third, 1000)));
    this.wake();
  }

  /** Looks for jobs to run, soon. */
  wake(): void {
    if (this.isStopping) return;
    this.roundAgain = true;
    this.round ??= this.rounds().finally(() => {
      this.round = undefined;
      if (this.roundAgain) this.wake();
    });
  }

  /** Takes no more jobs, gives those that run the time to finish, and leaves the others to the next server. */
  async stop(graceMs: number): Promise<void> {
    this.isStopping = true;
    await this.round;
    const all = Promise.all([...this.running.values()].map(({ done }) => done));
    await Promise.race([all, pause(graceMs, undefined, { ref: false })]);
    for (const timer of this.timers) clearInterval(timer);
    for (const { abort } of this.running.values()) abort.abort(new Abandoned('the server is stopping'));
    if (this.running.size > 0) this.log('info', 'jobs handed over', { jobs: this.running.size });
    await this.db.daos.jobs.release(this.holder);
  }

  private async rounds(): Promise<void> {
    while (this.roundAgain && !this.isStopping) {
      this.roundAgain = false;
      const free = this.limits.parallel - this.running.size;
      if (free <= 0) return;
      try {
        for (const job of await this.db.daos.jobs.listRunnable(this.now(), free)) await this.take(job);
      } catch (error) {
        this.log('error', 'looking for jobs failed', { error });
      }
    }
  }

  private async take(job: Job): Promise<void> {
    if (this.running.has(job.id)) return;
    const hold = await this.db.daos.jobs.claim(job, this.holder, this.leaseEnd());
    if (!hold) return;
    const abort = new AbortController();
    const done = this.run(job, hold, abort.signal)
      .catch((error: unknown) => this.log('error', 'recording a job failed', { job: job.uuid, requestId: job.requestId, error }))
      .finally(() => {
        if (this.running.get(job.id)?.abort === abort) this.running.delete(job.id);
        this.wake();
      });
    this.running.set(job.id, { hold, abort, done, isEnding: false });
  }

  private async run(job: Job, hold: Hold, signal: AbortSignal): Promise<void> {
    const about = { job: job.uuid, requestId: job.requestId, command: job.command };
    this.log('info', 'job started', { ...about, attempt: hold.attempts });
    const started = performance.now();
    const outcome = await this.outcome(job, hold, signal);
    const entry = this.running.get(job.id);
    if (entry) entry.isEnding = true;
    const recorded = await this.db.daos.jobs.finish(hold, { ...outcome, completed: this.now() });
    const ms = Math.round(performance.now() - started);
    if (recorded) this.log('info', 'job finished', { ...about, status: outcome.status, resultCode: outcome.resultCode, ms });
    else this.log('warn', 'job finished after its lease was lost', about);
  }

  private async outcome(job: Job, hold: Hold, signal: AbortSignal): Promise<Pick<Job, 'status' | 'resultCode' | 'result'>> {
    try {
      const result = await this.execute(job, hold, signal);
      return { status: JOB_SUCCEEDED, resultCode: 0, result: JSON.stringify(withFormattedDates(result)) };
    } catch (error) {
      const failure = toApiError(error, job.requestId);
      const level = failure.kind === 'internal' ? 'error' : 'warn';
      this.log(level, 'job failed', { job: job.uuid, requestId: job.requestId, command: job.command, failure: failure.kind, error });
      const { http } = shapeOf(failure.kind);
      return { status: JOB_FAILED, resultCode: http, result: JSON.stringify({ errorcode: http, errortext: failure.message }) };
    }
  }

  private async execute(job: Job, hold: Hold, signal: AbortSignal): Promise<object> {
    const spec = this.commands.get(job.command.toLowerCase());
    if (!spec) throw new ApiError('refused', `this server has no command ${job.command}`);
    const caller = await this.identities.findByUserId(job.userId);
    if (!caller) throw new ApiError('denied', 'the user who asked for this job has been disabled or removed');
    const call: CallContext = {
      requestId: job.requestId,
      caller,
      signal: hold.attempts > MOST_ATTEMPTS ? givenUp() : signal,
      job: {
        uuid: job.uuid,
        instanceUuid: job.instanceUuid ?? undefined,
        reference: job.reference ?? undefined,
        report: this.reporter(hold),
      },
    };
    return runBound(spec, new Map(JSON.parse(job.params) as [string, string][]), (command) => command.execute(this.services, call));
  }

  /** Keeps references at once, because they must survive a crash, and percentages now and then. */
  private reporter(hold: Hold): (progress: { percent?: number; reference?: string }) => Promise<void> {
    let last = -Infinity;
    return async (progress) => {
      const elapsed = performance.now();
      if (progress.reference === undefined && elapsed - last < REPORT_EVERY_MS) return;
      last = elapsed;
      await this.db.daos.jobs.progress(hold, progress);
    };
  }

  private async renew(): Promise<void> {
    if (this.running.size === 0) return;
    const ids = [...this.running.keys()];
    try {
      const held = await this.db.daos.jobs.renew(this.holder, ids, this.leaseEnd());
      for (const id of ids) {
        const entry = this.running.get(id);
        if (!entry || entry.isEnding || held.has(id)) continue;
        this.running.delete(id);
        entry.abort.abort(new Abandoned('another server has taken the job up'));
        this.log('warn', 'job lease lost', { jobId: id });
      }
    } catch (error) {
      this.log('error', 'renewing job leases failed', { error });
    }
  }

  private leaseEnd(): Date {
    return new Date(this.now().getTime() + this.limits.leaseMs);
  }
}

/** After so many crashes the job is not tried again: it runs its failure path, which puts things back. */
const givenUp = (): AbortSignal => AbortSignal.abort(new Error(`given up after ${MOST_ATTEMPTS} attempts`));
