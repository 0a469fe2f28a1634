import { NO_SLOTS, SCHEDULED, type Slots } from '../dao/job-dao.js';
import type { FullKeys, PendingJob } from '../dao/job-turn-dao.js';

/** What may have only so many jobs running at the same time: by which key these are counted, and where each holds its number. */
export const LIMITED = [
  { setting: 'jobs.parallel.per.account', what: 'the account', keyOf: (job) => String(job.accountId), slot: 'accountSlot' },
  { setting: 'jobs.parallel.per.provider', what: 'the backup provider', keyOf: (job) => job.providerKey, slot: 'providerSlot' },
  { setting: 'jobs.parallel.per.repository', what: 'the backup repository', keyOf: (job) => job.repositoryKey, slot: 'repositorySlot' },
  { setting: 'jobs.parallel.per.host', what: 'the host of the machine', keyOf: (job) => job.hostKey, slot: 'hostSlot' },
] as const satisfies readonly {
  readonly setting: string;
  readonly what: string;
  readonly slot: keyof Slots;
  keyOf(job: PendingJob): string | null;
}[];

type Limited = (typeof LIMITED)[number];

/** The value of a limit in a zone, or everywhere; 0 is none. */
export type LimitOf = (setting: Limited['setting'], zoneId: number | null) => number;

/** A limit that keeps a job waiting. */
export interface ReachedLimit {
  readonly setting: Limited['setting'];
  readonly what: string;
  readonly limit: number;
}

/**
 * What the running jobs of all servers leave free below the limits. What a schedule wants leaves the last place below each limit to
 * what is asked for, if there is more than one.
 */
export class Occupancy {
  private readonly held: PendingJob[];

  constructor(
    begun: readonly PendingJob[],
    private readonly limitOf: LimitOf,
  ) {
    this.held = begun.filter(({ holder }) => holder !== null);
  }

  /** How many jobs of the account run. */
  running(accountId: number): number {
    return this.held.filter((job) => job.accountId === accountId).length;
  }

  /** Whether a job that runs works on the machine. */
  isWorkedOn(machineUuid: string): boolean {
    return this.held.some((job) => job.machineUuid === machineUuid);
  }

  /** The first limit that keeps the job waiting; a job that holds its places already needs none. */
  reached(job: PendingJob): ReachedLimit | undefined {
    if (job.holder !== null) return undefined;
    const reached = LIMITED.find((limited) => this.isFull(limited, limited.keyOf(job), job));
    return reached && { setting: reached.setting, what: reached.what, limit: this.limitOf(reached.setting, job.zoneId) };
  }

  /**
   * Counts the job in, and answers what it is to hold. The lowest free number, so that of two servers that saw the same jobs running
   * only one succeeds.
   */
  occupy(job: PendingJob): Slots {
    if (job.holder !== null) return slotsOf(job);
    const slots = { ...NO_SLOTS };
    for (const { setting, slot, keyOf } of LIMITED) {
      const key = keyOf(job);
      if (key === null || this.limitOf(setting, job.zoneId) === 0) continue;
      const taken = new Set(this.held.map((other) => other[slot]));
      for (let number = 0; slots[slot] === null; number++) if (!taken.has(`${key}/${number}`)) slots[slot] = `${key}/${number}`;
    }
    this.held.push({ ...job, ...slots });
    return slots;
  }

  /** Whether no job of the account can run now, of those of the priority. */
  isAccountFull(accountId: number, priority: number): boolean {
    return this.isFull(LIMITED[0], String(accountId), { zoneId: null, priority });
  }

  /** The other keys for which no job of the priority can run now. */
  full(priority: number): FullKeys {
    const [, provider, repository, host] = LIMITED;
    const keys = (limited: Limited) => {
      const full = this.held.filter((job) => this.isFull(limited, limited.keyOf(job), { ...job, priority }));
      return [...new Set(full.flatMap((job) => limited.keyOf(job) ?? []))];
    };
    return { providerKey: keys(provider), repositoryKey: keys(repository), hostKey: keys(host) };
  }

  private isFull({ setting, keyOf }: Limited, key: string | null, { zoneId, priority }: Pick<PendingJob, 'zoneId' | 'priority'>): boolean {
    const limit = this.limitOf(setting, zoneId);
    if (key === null || limit === 0) return false;
    const running = this.held.filter((job) => keyOf(job) === key).length;
    return running >= (priority === SCHEDULED ? leavingOne(limit) : limit);
  }
}

/** Of so many places, those that what schedules want may take. */
export const leavingOne = (places: number): number => Math.max(1, places - 1);

const slotsOf = ({ accountSlot, providerSlot, repositorySlot, hostSlot }: Slots): Slots => ({
  accountSlot,
  providerSlot,
  repositorySlot,
  hostSlot,
});
