import { randomUUID } from 'node:crypto';
import type { CommandSpec, Subject } from '../api/command.js';
import type { CommandTable } from '../api/dispatcher.js';
import { sentParameters, type RequestParameters } from '../api/request-parameters.js';
import type { Daos } from '../dao/database.js';
import { ASKED, SCHEDULED, URGENT, type Burden, type Job, type NewJob } from '../dao/job-dao.js';
import { ApiError, found, refused } from '../errors.js';
import type { EventRecorder } from '../events/event-recorder.js';
import { burdenOf, NO_BURDEN } from './burden.js';
import { failedWith } from './outcome.js';
import { settle } from './settle.js';

/** A command that is to run as a job. */
export interface JobOrder {
  readonly command: string;
  readonly parameters: RequestParameters;
  readonly subject: Subject | undefined;
  /** Who answers for it, and whose it is. */
  readonly asker: Pick<Job, 'userId' | 'accountId' | 'domainId' | 'requestId'>;
  /** One that nobody else has, if absent. */
  readonly uuid?: string;
  /** The schedule that wants it; absent for what somebody has asked for. */
  readonly backupScheduleId?: number;
  /** Whether a rule of retention wants it. */
  readonly byRule?: boolean;
}

/** Writes jobs down, for whichever server takes them first. */
export class JobQueue {
  constructor(
    private readonly commands: CommandTable,
    private readonly events: EventRecorder,
    private readonly now: () => Date,
  ) {}

  /** Records the job and that it was accepted: part of a transaction. Answers the job's uuid. */
  async add(daos: Daos, order: JobOrder): Promise<string> {
    const spec = this.specOf(order);
    const burden = spec.atProvider && order.subject ? await burdenOf(daos, order.subject) : NO_BURDEN;
    const job = this.jobOf(order, burden);
    await daos.jobs.insert(job);
    await this.events.scheduled(daos, spec, job, order.parameters);
    return job.uuid;
  }

  /** Ends a job that has not begun, as cancelled: part of a transaction. False if a server has begun it, or if it has ended. */
  async withdraw(daos: Daos, job: Job): Promise<boolean> {
    const completed = this.now();
    const failure = new ApiError('cancelled', 'the job was cancelled before it began');
    if (!(await daos.jobs.withdraw(job.id, { ...failedWith(failure).recorded, completed }))) return false;
    await settle(daos, job.operationId, completed);
    const spec = this.commands.get(job.command.toLowerCase());
    if (spec) await this.events.ended(daos, spec, job, failure.message);
    else await this.events.endedUnknown(daos, job, failure.message);
    return true;
  }

  /** Refuses to cancel a job that has begun unless its command leaves nothing behind. */
  assertCancellable(job: Job): void {
    if (this.commands.get(job.command.toLowerCase())?.cancellable) return;
    throw refused(`job ${job.uuid} has begun, and ${job.command} would leave things half changed; wait for its end`);
  }

  /** Records only that the job would have been due, and why there is none: part of a transaction. */
  async skip(daos: Daos, order: JobOrder, why: string): Promise<void> {
    await this.events.skipped(daos, this.specOf(order), this.jobOf(order, NO_BURDEN), why);
  }

  private jobOf(order: JobOrder, burden: Burden): NewJob {
    const { parameters, subject, asker, uuid = randomUUID() } = order;
    const { backupScheduleId = null, byRule = false } = order;
    const spec = this.specOf(order);
    return {
      uuid,
      operationId: randomUUID(),
      command: spec.name,
      params: JSON.stringify(sentParameters(spec.parameters, parameters).map(({ name, value }) => [name, value])),
      userId: asker.userId,
      accountId: asker.accountId,
      domainId: asker.domainId,
      requestId: asker.requestId,
      instanceType: subject?.type ?? null,
      instanceUuid: subject?.uuid ?? null,
      machineUuid: subject?.machineUuid ?? null,
      backupUuid: subject?.backupUuid ?? null,
      backupScheduleId,
      byRule,
      ...burden,
      // For what a schedule or a rule wants, nobody waits.
      priority: byRule || backupScheduleId !== null ? SCHEDULED : priorityOf(spec),
      created: this.now(),
    };
  }

  private specOf({ command }: Pick<JobOrder, 'command'>) {
    return found(this.commands.get(command.toLowerCase()), 'command', command);
  }
}

/** A machine or a volume is missed until it is restored. */
const priorityOf = ({ urgent }: CommandSpec): number => (urgent ? URGENT : ASKED);
