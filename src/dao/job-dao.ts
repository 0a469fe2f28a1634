import type { Knex } from 'knex';
import { removeInBatches } from './batches.js';
import { isContention, isDuplicate } from './database-error.js';
import { ownedBy, type Owners } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';

/** CloudStack's numbers for the state of a job. */
export const JOB_PENDING = 0;
export const JOB_SUCCEEDED = 1;
export const JOB_FAILED = 2;

/** Which waiting jobs go before which: the lower ones. */
export const URGENT = 1;
export const ASKED = 2;
export const SCHEDULED = 3;
/** The turn of a job that a server has begun to run. */
export const BEGUN = 0;

/** The numbers that a running job holds: below each limit that applies to it, one of its own. */
export interface Slots {
  accountSlot: string | null;
  providerSlot: string | null;
  repositorySlot: string | null;
  hostSlot: string | null;
}

export const NO_SLOTS: Slots = { accountSlot: null, providerSlot: null, repositorySlot: null, hostSlot: null };

/** Whom the work of a job burdens, as keys under which such jobs are counted; null where it burdens nobody. */
export interface Burden {
  zoneId: number | null;
  providerKey: string | null;
  repositoryKey: string | null;
  hostKey: string | null;
}

/** A command that runs after its answer has been given. */
export interface Job extends Burden, Slots {
  id: number;
  uuid: string;
  /** Names the work at plugins: the same again after a crash. */
  operationId: string;
  command: string;
  /** The command's parameters as sent, as JSON text. */
  params: string;
  userId: number;
  accountId: number;
  domainId: number;
  requestId: string;
  /** What the job is about, such as `VirtualMachine`, and its uuid. */
  instanceType: string | null;
  instanceUuid: string | null;
  /** The machine it works on; jobs of one machine run one after the other. */
  machineUuid: string | null;
  /** The backup that it reads. */
  backupUuid: string | null;
  /** The schedule that wants it, which may be gone; null for what somebody has asked for. */
  backupScheduleId: number | null;
  /** Whether a rule of retention wants it. */
  byRule: boolean;
  priority: number;
  /** The priority, until the job has begun. */
  turn: number;
  status: number;
  resultCode: number;
  /** JSON text; always there once the job has ended. */
  result: string | null;
  percent: number | null;
  /** JSON text: for each step, the reference that a plugin has reported. */
  resume: string;
  /** The server that runs it, until `leaseUntil`. */
  holder: string | null;
  leaseUntil: Date | null;
  /** How often a server has begun to run it. */
  attempts: number;
  /** How often a server died over it, or could not carry it to an outcome. */
  crashes: number;
  /** How often a server died while it ran, be it over this job or not. */
  deaths: number;
  /** How often it was put off because a plugin could not do its part yet. */
  retries: number;
  /** What it met when it was last put off. */
  fault: string | null;
  /** How much of its work is done, as far as plugins tell, and how fast that goes. */
  doneBytes: number | null;
  totalBytes: number | null;
  bytesPerSecond: number | null;
  stage: string | null;
  /** When they last told something. */
  progressed: Date | null;
  /** When somebody cancelled it after it had begun. */
  cancelRequested: Date | null;
  created: Date;
  completed: Date | null;
}

export type NewJob = Pick<
  Job,
  | keyof Burden
  | 'uuid'
  | 'operationId'
  | 'command'
  | 'params'
  | 'userId'
  | 'accountId'
  | 'domainId'
  | 'requestId'
  | 'instanceType'
  | 'instanceUuid'
  | 'machineUuid'
  | 'backupUuid'
  | 'backupScheduleId'
  | 'byRule'
  | 'priority'
  | 'created'
>;

/** How far a job has come, as far as that is known. */
export type KeptProgress = Partial<
  Pick<Job, 'percent' | 'resume' | 'doneBytes' | 'totalBytes' | 'bytesPerSecond' | 'stage' | 'progressed'>
>;

/** A job with the names that answers show. */
export interface JobView extends Job {
  accountUuid: string;
  accountName: string;
  domainUuid: string;
  domainPath: string;
  userUuid: string;
}

/** A server's hold on a job: valid while holder and attempt are still the ones in the row. */
export interface Hold {
  readonly id: number;
  readonly holder: string;
  readonly attempts: number;
  readonly crashes: number;
}

/** What a job lets go of when nobody runs it. */
const UNHELD = { holder: null, leaseUntil: null, runningMachine: null, ...NO_SLOTS };

/** So many values are looked for by one statement. */
const VALUES_AT_ONCE = 500;

export class JobDao {
  constructor(private readonly db: Knex) {}

  async insert(job: NewJob): Promise<void> {
    await this.db('async_job').insert({ ...job, turn: job.priority, status: JOB_PENDING, resume: '{}' });
  }

  find(uuid: string): Promise<JobView | undefined> {
    return this.views().where('async_job.uuid', uuid).first();
  }

  listPending(
    { keyword, since, ...owners }: Owners & { keyword?: string | undefined; since?: Date | undefined },
    page: Page,
  ): Promise<Listing<JobView>> {
    const wanted = ownedBy(this.db('async_job').where({ status: JOB_PENDING }), owners).orderBy('id');
    if (since) void wanted.where('created', '>=', since);
    return listing(containing(wanted, keyword, ['command']), page, (rows) => this.views(rows));
  }

  /** Whether a job that reads the backup is still pending. */
  async existReading(backupUuid: string): Promise<boolean> {
    return (await this.db('async_job').where({ backupUuid, status: JOB_PENDING }).first('id')) !== undefined;
  }

  /** Whether a job of the command that the schedule wants is still pending. */
  async isPendingForSchedule(backupScheduleId: number, command: string): Promise<boolean> {
    return (await this.db('async_job').where({ backupScheduleId, command, status: JOB_PENDING }).first('id')) !== undefined;
  }

  /** Whether a job that works on the machine is still pending, other than the one of the operation. */
  async isPendingOn(machineUuid: string, operationId: string | undefined): Promise<boolean> {
    const pending = this.db('async_job').where({ machineUuid, status: JOB_PENDING });
    if (operationId !== undefined) void pending.whereNot({ operationId });
    return (await pending.first('id')) !== undefined;
  }

  /** Whether a job about the thing is still pending. */
  async isPendingAbout(instanceUuid: string): Promise<boolean> {
    return (await this.db('async_job').where({ instanceUuid, status: JOB_PENDING }).first('id')) !== undefined;
  }

  /** Whether a job about one of the things is still pending that may run beside those of the machine. */
  async isPendingBeside(machineUuid: string, instanceUuids: readonly string[]): Promise<boolean> {
    const about = this.db('async_job').where({ status: JOB_PENDING }).whereIn('instanceUuid', instanceUuids);
    const beside = about.where((elsewhere) => void elsewhere.whereNull('machineUuid').orWhereNot({ machineUuid }));
    return (await beside.first('id')) !== undefined;
  }

  /** Those of the values that a pending job has in the column. */
  async pendingAmong(column: 'operationId' | 'instanceUuid' | 'machineUuid', values: readonly string[]): Promise<ReadonlySet<string>> {
    const pending = new Set<string>();
    for (let from = 0; from < values.length; from += VALUES_AT_ONCE) {
      const wanted = values.slice(from, from + VALUES_AT_ONCE);
      const rows = this.db('async_job').where({ status: JOB_PENDING }).whereIn(column, wanted).select({ value: column });
      for (const { value } of (await rows) as { value: string }[]) pending.add(value);
    }
    return pending;
  }

  /** Whether a job that one of the owners has asked for is still pending. */
  async isPendingFor(owners: Owners): Promise<boolean> {
    return (await ownedBy(this.db('async_job').where({ status: JOB_PENDING }), owners).first('id')) !== undefined;
  }

  /** The jobs, in whatever order. */
  listByIds(ids: readonly number[]): Promise<Job[]> {
    return this.db('async_job').whereIn('id', ids);
  }

  /** Takes the job for `holder`; undefined if another server was faster, or another job works on the machine or has one of the slots. */
  async claim(job: Job, holder: string, leaseUntil: Date, slots: Slots = NO_SLOTS): Promise<Hold | undefined> {
    const attempts = job.attempts + 1;
    // A holder that let its lease run out has died, perhaps over the job; one that was stopped has given its hold up.
    const died = job.holder === null ? 0 : 1;
    const [crashes, deaths] = [job.crashes + died, job.deaths + died];
    try {
      const claimed = await this.db('async_job')
        .where({ id: job.id, status: JOB_PENDING, attempts: job.attempts, leaseUntil: job.leaseUntil })
        .update({ holder, leaseUntil, attempts, crashes, deaths, turn: BEGUN, runningMachine: job.machineUuid, ...slots });
      return claimed === 1 ? { id: job.id, holder, attempts, crashes } : undefined;
    } catch (error) {
      if (isDuplicate(error) || isContention(error)) return undefined;
      throw error;
    }
  }

  /** Extends the holds; answers the ids of those that are still held, each with whether it has been cancelled. */
  async renew(holder: string, ids: readonly number[], leaseUntil: Date): Promise<ReadonlyMap<number, boolean>> {
    await this.db('async_job').where({ holder, status: JOB_PENDING }).whereIn('id', ids).update({ leaseUntil });
    const held = this.db('async_job').where({ holder, status: JOB_PENDING }).whereIn('id', ids).select('id', 'cancelRequested');
    return new Map(((await held) as Job[]).map(({ id, cancelRequested }) => [id, cancelRequested !== null]));
  }

  /** Extends the hold; false if the job is no longer held. In a transaction, only the server that holds the job can commit it. */
  async prolong(hold: Hold, leaseUntil: Date): Promise<boolean> {
    return (await this.held(hold).update({ leaseUntil })) === 1;
  }

  /** Keeps how far the job has come; false if the job is no longer held. */
  async progress(hold: Hold, progress: KeptProgress): Promise<boolean> {
    return (await this.held(hold).update(progress)) === 1;
  }

  /** Ends the job; false if the job is no longer held, and then nothing is changed. */
  async finish(
    hold: Hold,
    outcome: Pick<Job, 'status' | 'resultCode' | 'result' | 'completed'> & Partial<Pick<Job, 'percent'>>,
  ): Promise<boolean> {
    const ended = { ...outcome, ...UNHELD };
    return (await this.held(hold).update(ended)) === 1;
  }

  /** Ends a job that no server has begun; false if one has, or if it has ended. */
  async withdraw(id: number, outcome: Pick<Job, 'status' | 'resultCode' | 'result' | 'completed'>): Promise<boolean> {
    const waiting = this.db('async_job').where({ id, status: JOB_PENDING }).where('turn', '>', BEGUN);
    return (await waiting.update(outcome)) === 1;
  }

  /** Marks a job as cancelled, for whichever server runs it; one that waits to be run again is due at once. False if it has ended. */
  async requestCancel(id: number, cancelRequested: Date): Promise<boolean> {
    const marked = await this.db('async_job').where({ id, status: JOB_PENDING }).update({ cancelRequested });
    await this.db('async_job').where({ id, status: JOB_PENDING, holder: null }).update({ leaseUntil: null });
    return marked === 1;
  }

  /** Gives the job up without an outcome, for what it has met; it is run again after `leaseUntil`. */
  async postpone(hold: Hold, why: Pick<Job, 'leaseUntil' | 'fault' | 'retries' | 'crashes'>): Promise<void> {
    await this.held(hold).update({ ...UNHELD, ...why });
  }

  /** Gives up every hold of a server that is leaving, so that another takes the jobs up at once. */
  async release(holder: string): Promise<void> {
    await this.db('async_job').where({ holder, status: JOB_PENDING }).update(UNHELD);
  }

  /** Deletes the jobs that ended before then; the signal ends it early. */
  deleteEnded(before: Date, signal: AbortSignal): Promise<void> {
    const ended = this.db('async_job').where('completed', '<', before);
    return removeInBatches(this.db, 'async_job', ended, signal);
  }

  private held({ id, holder, attempts }: Hold) {
    return this.db('async_job').where({ id, holder, attempts, status: JOB_PENDING });
  }

  private views(rows?: Knex.QueryBuilder) {
    return this.db
      .from(rows === undefined ? 'async_job' : rows.as('async_job'))
      .orderBy('async_job.id')
      .join('account', 'account.id', 'async_job.accountId')
      .join('domain', 'domain.id', 'async_job.domainId')
      .join('user', 'user.id', 'async_job.userId')
      .select(
        'async_job.*',
        'account.uuid as accountUuid',
        'account.name as accountName',
        'domain.uuid as domainUuid',
        'domain.path as domainPath',
        'user.uuid as userUuid',
      );
  }
}
