import type { Knex } from 'knex';
import { ASKED, BEGUN, JOB_PENDING, SCHEDULED, URGENT, type Burden, type Job, type Slots } from './job-dao.js';

/** A pending job, as whoever chooses the next one sees it. */
export type PendingJob = Pick<
  Job,
  'id' | 'command' | 'accountId' | 'machineUuid' | 'priority' | 'turn' | 'holder' | 'leaseUntil' | 'deaths' | keyof Burden | keyof Slots
>;

const COLUMNS = [
  ...['id', 'command', 'accountId', 'machineUuid', 'priority', 'turn', 'holder', 'leaseUntil', 'deaths'],
  ...['zoneId', 'providerKey', 'repositoryKey', 'hostKey'],
  ...['accountSlot', 'providerSlot', 'repositorySlot', 'hostSlot'],
];

/** Keys for which no more jobs can run now. */
export type FullKeys = Readonly<Record<'providerKey' | 'repositoryKey' | 'hostKey', readonly string[]>>;

/** Which jobs are looked for that have not begun. */
export interface WantedJobs {
  readonly turn: number;
  /** Those that the server knows. */
  readonly commands: readonly string[];
  readonly full: FullKeys;
  /** So many of each account. */
  readonly limit: number;
}

/** An account that has jobs waiting, and the oldest of them. */
export interface WaitingAccount {
  readonly turn: number;
  readonly accountId: number;
  readonly first: number;
}

/** Where a waiting job stands. */
export interface Standing {
  readonly id: number;
  /** The job that goes first on its machine; null if it is this one, or if it is about no machine. */
  readonly firstUuid: string | null;
  /** How many jobs of its account go before it, if it has not begun. */
  readonly ahead: number;
}

/** The line of the jobs that wait. An index has it in its order, for each turn and account. */
export class JobTurnDao {
  constructor(private readonly db: Knex) {}

  /** The jobs that have begun and not ended: that run, or wait to be run again. */
  listBegun(): Promise<PendingJob[]> {
    return this.db('async_job').where({ status: JOB_PENDING, turn: BEGUN }).select(COLUMNS);
  }

  /** The accounts whose jobs have not begun, by turn. */
  async listAccounts(): Promise<WaitingAccount[]> {
    return this.db('async_job')
      .where({ status: JOB_PENDING })
      .where('turn', '>', BEGUN)
      .groupBy('status', 'turn', 'accountId')
      .select('turn', 'accountId')
      .min({ first: 'id' });
  }

  /** Of each account, the oldest jobs of the turn that have not begun, and that neither another job of their machine nor a limit keeps waiting. */
  async listFirst(wanted: WantedJobs, accountIds: readonly number[]): Promise<PendingJob[]> {
    if (accountIds.length === 0) return [];
    const ofAccount = (accountId: number) => this.db.from(this.ready(wanted, accountId).as('ready')).select('*');
    return this.db.unionAll(accountIds.map(ofAccount));
  }

  /** Where waiting jobs stand. */
  listStandings(ids: readonly number[]): Promise<Standing[]> {
    const first = this.before()
      .select('earlier.uuid')
      .orderByRaw(`${LANE('earlier')}, ??`, ['earlier.id'])
      .limit(1);
    return this.db('async_job as job').whereIn('job.id', ids).select({ id: 'job.id', firstUuid: first, ahead: this.ahead() });
  }

  private ready({ turn, commands, full, limit }: WantedJobs, accountId: number): Knex.QueryBuilder {
    const ready = this.db('async_job as job')
      .where({ 'job.status': JOB_PENDING, 'job.turn': turn, 'job.accountId': accountId })
      .whereIn('job.command', commands)
      .whereNotExists(this.before().select(this.db.raw('1')))
      .select(COLUMNS.map((column) => `job.${column}`))
      .orderBy('job.id')
      .limit(limit);
    for (const [column, keys] of Object.entries(full)) {
      if (keys.length > 0) void ready.where((free) => void free.whereNull(`job.${column}`).orWhereNotIn(`job.${column}`, keys));
    }
    return ready;
  }

  /** The jobs of the same machine that go before a job. */
  private before(): Knex.QueryBuilder {
    const [earlier, job] = [LANE('earlier'), LANE('job')];
    return this.db('async_job as earlier')
      .where('earlier.status', JOB_PENDING)
      .whereRaw('?? = ??', ['earlier.machineUuid', 'job.machineUuid'])
      .whereRaw(`(${earlier} < ${job} or (${earlier} = ${job} and ?? < ??))`, ['earlier.id', 'job.id']);
  }

  /** How many jobs of the same account go before one that has not begun: for each turn a range of the index. */
  private ahead(): Knex.Raw {
    const inTurn = (turn: number) =>
      this.db('async_job as ahead')
        .where({ 'ahead.status': JOB_PENDING, 'ahead.turn': turn })
        .whereRaw('?? = ??', ['ahead.accountId', 'job.accountId'])
        .whereRaw('(?? > ? or (?? = ? and ?? < ??))', ['job.turn', turn, 'job.turn', turn, 'ahead.id', 'job.id'])
        .count();
    return this.db.raw('? + ? + ?', [inTurn(URGENT), inTurn(ASKED), inTurn(SCHEDULED)]);
  }
}

/**
 * On a machine, whatever has begun goes first; then what was asked for, in the order in which it was, because each request counts on
 * those before it; then what schedules want.
 */
const LANE = (table: string): string => `case ${table}.turn when ${BEGUN} then 0 when ${SCHEDULED} then 2 else 1 end`;
