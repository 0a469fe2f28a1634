import { LRUCache } from 'lru-cache';
import type { Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import { ApiError, denied, found } from '../errors.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';
import { assertMayUse } from './access.js';

/** How often an account may call. */
export interface ApiLimit {
  /** Requests in the current interval. */
  readonly issued: number;
  readonly allowed: number;
  /** When the next interval begins. */
  readonly expiresInMs: number;
}

interface Interval {
  issued: number;
  readonly endsAtMs: number;
}

/** How many requests each account sends in an interval of time, counted by each server for itself, in memory. */
export class ApiLimitManager {
  /** Made anew when there are to be more or fewer. */
  private intervals = new LRUCache<number, Interval>({ max: 1 });

  constructor(
    private readonly db: Database,
    private readonly settings: DynamicSettings,
    private readonly now: () => Date,
  ) {}

  /** Counts a request; refuses it if its account has sent too many. Root administrators may send as many as they like. */
  admit({ accountId, role }: Caller): void {
    if (!this.settings.get('api.throttling.enabled') || role === 'Admin') return;
    const interval = this.intervalOf(accountId);
    if (interval.issued >= this.settings.get('api.throttling.max')) {
      const restMs = interval.endsAtMs - this.now().getTime();
      const text = `The given user has reached his/her account api limit, please retry after [${restMs}] ms.`;
      throw new ApiError('too_many_requests', text);
    }
    interval.issued++;
  }

  /** How the caller's account stands. */
  get({ accountId }: Caller): ApiLimit {
    const { issued, endsAtMs } = this.intervalOf(accountId);
    return { issued, allowed: this.settings.get('api.throttling.max'), expiresInMs: endsAtMs - this.now().getTime() };
  }

  /** Begins to count anew for the account, or for every account. */
  async reset(caller: Caller, accountUuid: string | undefined): Promise<void> {
    if (accountUuid === undefined) {
      if (caller.role !== 'Admin') throw denied('the limits of all accounts');
      this.intervals.clear();
      return;
    }
    const { id, domainId } = found(await this.db.daos.accounts.findByUuid(accountUuid), 'account', accountUuid);
    assertMayUse(caller, { accountId: id, domainId }, `account ${accountUuid}`);
    this.intervals.delete(id);
  }

  private intervalOf(accountId: number): Interval {
    const most = this.settings.get('api.throttling.cachesize');
    if (this.intervals.max !== most) this.intervals = new LRUCache({ max: most });
    const known = this.intervals.get(accountId);
    const nowMs = this.now().getTime();
    if (known && known.endsAtMs > nowMs) return known;
    const fresh = { issued: 0, endsAtMs: nowMs + this.settings.get('api.throttling.interval') * 1000 };
    this.intervals.set(accountId, fresh);
    return fresh;
  }
}
