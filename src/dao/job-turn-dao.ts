import type { Knex } from 'knex';
import { ASKED, BEGUN, JOB_PENDING, SCHEDULED, type Burden, type Job, type Slots } from './job-dao.js';

/** A pending job, as whoever chooses the next one sees it. */
export type PendingJob = Pick<
  Job,
  'id' | 'accountId' | 'machineUuid' | 'priority' | 'turn' | 'holder' | 'leaseUntil' | keyof Burden | keyof Slots
>;

const COLUMNS = [
  ...['id', 'accountId', 'machineUuid', 'priority', 'turn', 'holder', 'leaseUntil'],
  ...['zoneId', 'providerKey', 'repositoryKey', 'hostKey'],
  ...['accountSlot', 'providerSlot', 'repositorySlot', 'hostSlot'],
];

/** Keys for which no more jobs can run now. */
export type FullKeys = Readonly<Record<'providerKey' | 'repositoryKey' | 'hostKey', readonly string[]>>;

/** An account that has jobs waiting, and the oldest of them. */
export interface WaitingAccount {
  readonly turn: number;
  readonly accountId: number;
  readonly first: number;
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
  async listFirst(turn: number, accountIds: readonly number[], full: FullKeys, limit: number): Promise<PendingJob[]> {
    if (accountIds.length === 0) return [];
    const ofAccount = (accountId: number) => this.db.from(this.ready(turn, accountId, full, limit).as('ready')).select('*');
    return this.db.unionAll(accountIds.map(ofAccount));
  }

  private ready(turn: number, accountId: number, full: FullKeys, limit: number): Knex.QueryBuilder {
    const ready = this.db('async_job as job')
      .where({ 'job.status': JOB_PENDING, 'job.turn': turn, 'job.accountId': accountId })
      .whereNotExists(this.before(turn).select(this.db.raw('1')))
      .select(COLUMNS.map((column) => `job.${column}`))
      .orderBy('job.id')
      .limit(limit);
    for (const [column, keys] of Object.entries(full)) {
      if (keys.length > 0) void ready.where((free) => void free.whereNull(`job.${column}`).orWhereNotIn(`job.${column}`, keys));
    }
    return ready;
  }

  /**
   * The jobs of the same machine that go before one of the turn: whatever has begun; then what was asked for, in the order in which it
   * was, because each request counts on those before it; then what schedules want.
   */
  private before(turn: number): Knex.QueryBuilder {
    const earlier = this.db('async_job as earlier').where('earlier.status', JOB_PENDING);
    void earlier.whereRaw('?? = ??', ['earlier.machineUuid', 'job.machineUuid']);
    const older = this.db.raw('?? < ??', ['earlier.id', 'job.id']);
    if (turn === SCHEDULED) return earlier.where((first) => void first.where('earlier.turn', '<', SCHEDULED).orWhere(older));
    return earlier.where(
      (first) => void first.where('earlier.turn', BEGUN).orWhere((asked) => void asked.where('earlier.turn', '<=', ASKED).where(older)),
    );
  }
}
