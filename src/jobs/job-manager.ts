import { randomUUID } from 'node:crypto';
import { assertMayUse, type Access, type OwnerWish } from '../account/access.js';
import type { Command, CommandSpec } from '../api/command.js';
import { lookUp, type RequestParameters } from '../api/request-parameters.js';
import type { Caller, CallContext } from '../call-context.js';
import type { Database } from '../dao/database.js';
import { isDuplicate } from '../dao/database-error.js';
import { JOB_PENDING, type JobView } from '../dao/job-dao.js';
import type { Listing, Page } from '../dao/page.js';
import { ApiError, found, invalid, refused } from '../errors.js';
import type { Services } from '../services.js';
import { acknowledgementOf } from './acknowledgement.js';
import type { JobLine } from './job-line.js';
import type { JobQueue } from './job-queue.js';
import type { JobRunner } from './job-runner.js';
import { standingOf, type JobStanding } from './standing.js';

const MINUTE_MS = 60_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Accepts commands as jobs and tells how they stand. */
export class JobManager {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly queue: JobQueue,
    private readonly line: JobLine,
    /** This server's. */
    private readonly runner: Pick<JobRunner, 'wake' | 'cancel'>,
    private readonly now: () => Date,
  ) {}

  /** Records the command as a job; answers the job's id, and the id of what it will create. */
  async submit(services: Services, spec: CommandSpec, command: Command, parameters: RequestParameters, call: CallContext): Promise<object> {
    const subject = await command.subject(services, call);
    const uuid = jobId(parameters);
    const asker = { ...call.caller, requestId: call.requestId };
    const order = { command: spec.name, parameters, subject, asker, uuid };
    const about = () => uuid;
    try {
      await this.db.change((daos) => this.queue.add(daos, order), about);
    } catch (error) {
      throw isDuplicate(error) ? invalid('customjobid', `there is a job ${uuid} already`, error) : error;
    }
    this.runner.wake();
    return acknowledgementOf(spec, uuid, subject?.uuid);
  }

  /** A job of the caller's account, or any for an administrator. */
  async get(caller: Caller, uuid: string): Promise<JobStanding> {
    const job = await this.usable(caller, uuid);
    return standingOf(job, (await this.line.waiting([job])).get(job.id), this.now());
  }

  /** Ends a job of the caller's account, or any for an administrator, if it has not begun; asks the server that runs it to give it up if it has. */
  async cancel(caller: Caller, uuid: string): Promise<void> {
    const job = await this.usable(caller, uuid);
    if (await this.db.change((daos) => this.queue.withdraw(daos, job))) return this.runner.wake();
    const ended = refused(`job ${uuid} has ended already`);
    if ((await this.usable(caller, uuid)).status !== JOB_PENDING) throw ended;
    this.queue.assertCancellable(job);
    if (!(await this.db.change(({ jobs }) => jobs.requestCancel(job.id, this.now())))) throw ended;
    this.runner.cancel(job.id);
    this.runner.wake();
  }

  private async usable(caller: Caller, uuid: string): Promise<JobView> {
    const job = found(await this.db.daos.jobs.find(uuid), 'job', uuid);
    assertMayUse(caller, job, `job ${uuid}`);
    return job;
  }

  /** Deletes the jobs that ended so many minutes ago, and what was answered under keys before that. */
  async purge(minutes: number, signal: AbortSignal): Promise<void> {
    const before = new Date(this.now().getTime() - minutes * MINUTE_MS);
    await this.db.daos.jobs.deleteEnded(before, signal);
    await this.db.daos.idempotentAnswers.deleteBefore(before, signal);
  }

  /** The jobs that have not ended, oldest first. */
  async listPending(
    caller: Caller,
    wish: OwnerWish,
    filter: { keyword: string | undefined; since: Date | undefined },
    page: Page,
  ): Promise<Listing<JobStanding>> {
    const owners = await this.access.owners(caller, wish);
    const { rows, total } = await this.db.daos.jobs.listPending({ ...owners, ...filter }, page);
    const [waiting, now] = [await this.line.waiting(rows), this.now()];
    return { rows: rows.map((job) => standingOf(job, waiting.get(job.id), now)), total };
  }
}

function jobId(parameters: RequestParameters): string {
  const custom = lookUp(parameters, 'customjobid')?.toLowerCase();
  if (custom === undefined) return randomUUID();
  if (!UUID.test(custom)) throw new ApiError('invalid_value', `parameter customjobid: "${custom.slice(0, 64)}" is not a uuid`);
  return custom;
}
