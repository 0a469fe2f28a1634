import type { CommandTable } from '../api/dispatcher.js';
import type { Database } from '../dao/database.js';
import { SCHEDULED, type Job } from '../dao/job-dao.js';
import type { PendingJob, WaitingAccount } from '../dao/job-turn-dao.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';
import { Occupancy, type LimitOf } from './parallel-limits.js';
import { hasRoom, type Room } from './room.js';
import { nextTurns, type Turn } from './turns.js';
import { isWaiting, waitingOf, type Waiting } from './waiting.js';

/** Accounts whose oldest jobs are read in one statement. */
const MOST_ACCOUNTS = 32;

/** Where a job stands that has ended since it was read. */
const NOWHERE = { firstUuid: null, ahead: 0 };

/** The line of the jobs of all servers: says which are next, reading no more of it than that takes. */
export class JobLine {
  /** What this server can run. Jobs of a version with more commands wait for a server of that. */
  private readonly known: ReadonlySet<string>;

  constructor(
    private readonly db: Database,
    private readonly settings: DynamicSettings,
    commands: CommandTable,
    private readonly now: () => Date,
  ) {
    this.known = new Set([...commands.values()].filter((spec) => spec.async).map(({ name }) => name));
  }

  /** The jobs that a server with so much room is to begin, in this order. Others may be faster: it is the claim that decides. */
  async next(room: Room): Promise<readonly Turn[]> {
    const begun = await this.db.daos.jobTurns.listBegun();
    const occupancy = new Occupancy(begun, this.limitOf);
    const candidates = this.cutOff(begun, occupancy).filter((job) => hasRoom(job, room));
    if (candidates.length < room.jobs) candidates.push(...(await this.unbegun(occupancy, room, room.jobs - candidates.length)));
    return nextTurns(candidates, occupancy, room);
  }

  /** Why those of the jobs wait that do, by their ids. */
  async waiting(jobs: readonly Job[]): Promise<ReadonlyMap<number, Waiting>> {
    const now = this.now();
    const waiting = jobs.filter((job) => isWaiting(job, now));
    if (waiting.length === 0) return new Map();
    const { jobTurns } = this.db.daos;
    const standings = new Map((await jobTurns.listStandings(waiting.map(({ id }) => id))).map((standing) => [standing.id, standing]));
    const occupancy = new Occupancy(await jobTurns.listBegun(), this.limitOf);
    const explained = (job: Job) => {
      const why = { reached: occupancy.reached(job), isKnown: this.known.has(job.command) };
      return waitingOf(job, standings.get(job.id) ?? NOWHERE, why, now);
    };
    return new Map(waiting.map((job) => [job.id, explained(job)]));
  }

  private readonly limitOf: LimitOf = (setting, zoneId) => this.settings.get(setting, zoneId === null ? {} : { zoneId });

  /** Jobs that have begun and that no server runs now; of a machine, the oldest. */
  private cutOff(begun: readonly PendingJob[], occupancy: Occupancy): PendingJob[] {
    const now = this.now();
    const free = begun.filter(({ leaseUntil }) => leaseUntil === null || leaseUntil < now).sort((a, b) => a.id - b.id);
    const isFirst = ({ machineUuid, holder, id }: PendingJob) =>
      machineUuid === null ||
      holder !== null ||
      (!occupancy.isWorkedOn(machineUuid) && begun.every((other) => other.machineUuid !== machineUuid || other.id >= id));
    return free.filter((job) => this.known.has(job.command) && isFirst(job) && !occupancy.reached(job));
  }

  /** Jobs that have not begun: of those whose turn it may be, as many as are wanted from each account. */
  private async unbegun(occupancy: Occupancy, room: Room, wanted: number): Promise<PendingJob[]> {
    const accounts = await this.accounts(occupancy, room);
    const found: PendingJob[] = [];
    while (accounts.length > 0 && found.length < wanted) {
      const [{ turn }] = accounts as [WaitingAccount];
      const next = accounts.findIndex((account, index) => index === MOST_ACCOUNTS || account.turn !== turn);
      const batch = accounts.splice(0, next === -1 ? accounts.length : next).map(({ accountId }) => accountId);
      const jobs = { turn, commands: [...this.known], full: occupancy.full(turn), limit: wanted };
      found.push(...(await this.db.daos.jobTurns.listFirst(jobs, batch)));
    }
    return found;
  }

  /** Whose jobs may be next: by turn, then those with the fewest running jobs, then those that have waited longest. */
  private async accounts(occupancy: Occupancy, room: Room): Promise<WaitingAccount[]> {
    const accounts = (await this.db.daos.jobTurns.listAccounts()).filter(
      ({ turn, accountId }) => (turn !== SCHEDULED || room.scheduled > 0) && !occupancy.isAccountFull(accountId, turn),
    );
    return accounts
      .map((account) => ({ ...account, running: occupancy.running(account.accountId) }))
      .sort((a, b) => a.turn - b.turn || a.running - b.running || a.first - b.first);
  }
}
