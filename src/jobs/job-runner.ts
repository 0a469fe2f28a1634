import { AsyncResource } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Abandoned } from '../abandoned.js';
import type { IdentityDirectory } from '../account/identity-directory.js';
import { fenced, type Daos, type Database, type Fence } from '../dao/database.js';
import type { Hold, Job, Slots } from '../dao/job-dao.js';
import type { ApiError } from '../errors.js';
import type { EventRecorder } from '../events/event-recorder.js';
import type { Log } from '../log.js';
import type { Services } from '../services.js';
import { Cancelled } from './cancelled.js';
import { JobLine } from './job-line.js';
import { commandOf, JobWork } from './job-work.js';
import { lookMs, renewalMs } from './lease-times.js';
import type { Outcome } from './outcome.js';
import { roomOf, type Occupant, type Room, type RunnerLimits } from './room.js';
import { settle } from './settle.js';
import { isSuspect } from './suspects.js';

/** So long a server waits at most that has found others faster. */
const STEP_BACK_MS = 50;

interface Running extends Occupant {
  readonly abort: AbortController;
  readonly cancel: AbortController;
  readonly done: Promise<void>;
  /** The outcome is being recorded: the lease may be gone for that reason. */
  isEnding: boolean;
}

/** Runs jobs: takes them by a lease, renews the lease while they run, and records how they ended. */
export class JobRunner {
  /** Names this server's run in the rows of the jobs that it holds. */
  private readonly holder = randomUUID();
  private readonly running = new Map<number, Running>();
  private readonly timers: NodeJS.Timeout[] = [];
  private round: Promise<void> | undefined;
  private roundAgain = false;
  private isStopping = false;
  /** Jobs are not what those were asked for who wake the runner: what surrounds them, such as witnesses, is not there for jobs. */
  private readonly surroundings = new AsyncResource('JobRunner');
  private readonly line: JobLine;
  private readonly work: JobWork;

  constructor(
    private readonly db: Database,
    identities: IdentityDirectory,
    private readonly services: Services,
    private readonly events: EventRecorder,
    private readonly limits: RunnerLimits,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {
    this.line = new JobLine(db, services.settings, services.commands, now);
    this.work = new JobWork(db, identities, services, events, now, log);
  }

  start(): void {
    const { leaseMs } = this.limits;
    this.timers.push(
      setInterval(() => void this.renew(), renewalMs(leaseMs)),
      setInterval(() => this.wake(), lookMs(leaseMs)),
    );
    this.wake();
  }

  /** Looks for jobs to run, soon. */
  wake(): void {
    if (this.isStopping) return;
    this.roundAgain = true;
    this.round ??= this.surroundings
      .runInAsyncScope(() => this.rounds())
      .finally(() => {
        this.round = undefined;
        if (this.roundAgain) this.wake();
      });
  }

  /** Has the job given up if this server runs it, as far as its command can. */
  cancel(id: number): void {
    this.running.get(id)?.cancel.abort(new Cancelled());
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
    // Without the database nothing can be given up; the leases run out by themselves.
    await this.db.daos.jobs.release(this.holder).catch((error: unknown) => this.log('warn', 'jobs not given up', { error }));
  }

  private async rounds(): Promise<void> {
    while (this.roundAgain && !this.isStopping) {
      this.roundAgain = false;
      const room = roomOf([...this.running.values()], this.limits, this.now());
      if (room.jobs === 0) return;
      try {
        // There may be more to do when something was found, and when another server was faster.
        if (await this.begin(room)) this.roundAgain = true;
      } catch (error) {
        this.log('error', 'looking for jobs failed', { error });
      }
    }
  }

  /** Takes the jobs whose turn it is; answers whether there were any. */
  private async begin(room: Room): Promise<boolean> {
    const turns = await this.line.next(room);
    if (turns.length === 0) return false;
    const jobs = new Map((await this.db.daos.jobs.listByIds(turns.map(({ id }) => id))).map((job) => [job.id, job]));
    let taken = 0;
    for (const { id, slots } of turns) {
      const job = jobs.get(id);
      if (job && (await this.take(job, slots))) taken += 1;
    }
    if (taken === 0) await pause(Math.random() * STEP_BACK_MS, undefined, { ref: false });
    return true;
  }

  /** False if another server was faster. */
  private async take(job: Job, slots: Slots): Promise<boolean> {
    if (this.running.has(job.id)) return false;
    const hold = await this.db.daos.jobs.claim(job, this.holder, this.leaseEnd(), slots);
    if (!hold) return false;
    const abort = new AbortController();
    const occupant = { priority: job.priority, isSuspect: isSuspect(job), crashes: hold.crashes, began: this.now() };
    const entry: Running = { ...occupant, abort, cancel: new AbortController(), isEnding: false, done: Promise.resolve() };
    if (job.cancelRequested) entry.cancel.abort(new Cancelled());
    const done = this.run(job, hold, entry)
      .catch((error: unknown) => this.log('error', 'recording a job failed', { job: job.uuid, requestId: job.requestId, error }))
      .finally(() => {
        if (this.running.get(job.id)?.abort === abort) this.running.delete(job.id);
        this.wake();
      });
    this.running.set(job.id, Object.assign(entry, { done }));
    return true;
  }

  private async run(job: Job, hold: Hold, entry: Running): Promise<void> {
    const about = { job: job.uuid, operation: job.operationId, requestId: job.requestId, command: job.command };
    this.log('info', 'job started', { ...about, attempt: hold.attempts });
    const started = performance.now();
    const signals = { signal: entry.abort.signal, cancellation: entry.cancel.signal };
    const outcome = await fenced(this.fenceOf(hold, entry), () => this.work.run(job, hold, signals));
    entry.isEnding = true;
    if ('pauseMs' in outcome) {
      const { pauseMs, ...tried } = outcome;
      await this.db.daos.jobs.postpone(hold, { ...tried, leaseUntil: new Date(this.now().getTime() + pauseMs) });
      return;
    }
    const ended = await this.end(job, hold, outcome);
    const { status, resultCode } = outcome.recorded;
    const ms = Math.round(performance.now() - started);
    if (ended) this.log('info', 'job finished', { ...about, status, resultCode, ms });
    else this.log('warn', 'job finished after its lease was lost', about);
  }

  /** Records the outcome and, of a failure, what it has left behind, if the job is still this server's. */
  private end(job: Job, hold: Hold, outcome: Outcome): Promise<boolean> {
    return this.db.transaction(async (daos) => {
      const completed = this.now();
      if (!(await daos.jobs.finish(hold, { ...outcome.recorded, completed }))) return false;
      if (outcome.failure) await this.settleFailure(daos, job, outcome.failure, completed);
      await this.events.ended(daos, commandOf(this.services, job), job, outcome.failure?.message);
      return true;
    });
  }

  private async settleFailure(daos: Daos, job: Job, { kind, message }: ApiError, completed: Date): Promise<void> {
    await settle(daos, job.operationId, completed);
    // Nobody waits for the answer of a scheduled job.
    if (kind === 'over_limit' && job.backupScheduleId !== null) {
      await this.services.alerts.raise(daos, 'ALERT.RESOURCE.COUNT', `scheduled backup of virtual machine ${job.machineUuid}: ${message}`);
    }
  }

  private async renew(): Promise<void> {
    const ids = [...this.running.keys()];
    if (ids.length === 0) return;
    try {
      const held = await this.db.daos.jobs.renew(this.holder, ids, this.leaseEnd());
      for (const id of ids) {
        const entry = this.running.get(id);
        if (entry && !held.has(id)) this.lose(id, entry);
        if (held.get(id)) this.cancel(id);
      }
    } catch (error) {
      this.log('error', 'renewing job leases failed', { error });
    }
  }

  /** What the job changes, it changes as long as it is this server's. */
  private fenceOf(hold: Hold, entry: Running): Fence {
    return async ({ jobs } = this.db.daos) => {
      if (await jobs.prolong(hold, this.leaseEnd())) return;
      throw this.lose(hold.id, entry);
    };
  }

  /** Cuts a job off that another server has taken up, unless its outcome is being recorded; answers why. */
  private lose(id: number, entry: Running): Abandoned {
    const reason = new Abandoned('another server has taken the job up');
    if (this.running.get(id) === entry && !entry.isEnding) {
      this.running.delete(id);
      entry.abort.abort(reason);
      this.log('warn', 'job lease lost', { jobId: id });
    }
    return reason;
  }

  private leaseEnd(): Date {
    return new Date(this.now().getTime() + this.limits.leaseMs);
  }
}
