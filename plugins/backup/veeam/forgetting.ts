import { Records } from '../../../src/provider/index.js';
import type { PluginHost } from '../../../src/provider/index.js';
import { isOver, OPERATIONS, type OperationRecord } from './operation-record.js';

const DAY_MS = 86_400_000;
/** How many working days what is over is remembered. */
const KEPT_DAYS = 30;

/** The last day on which the plugin had something to do. */
interface WorkingDay {
  readonly number: number;
  readonly beganAt: string;
}

/**
 * Forgets operations that have been over for long. Only days count on which something was begun: whatever was down for a month,
 * this server or Veeam, what waited for it is asked for before it is old.
 */
export class Forgetting {
  private readonly days: Records<WorkingDay>;
  private readonly records: Records<OperationRecord>;

  constructor(private readonly host: PluginHost) {
    this.days = new Records(host.store, 'working-day/');
    this.records = new Records(host.store, OPERATIONS);
  }

  /** To be called when something is begun, which it never fails. Once a day it forgets what is to be forgotten. */
  async daily(): Promise<void> {
    try {
      const today = await this.nextDay();
      if (today !== undefined) await this.forget(today);
    } catch (error) {
      this.host.log('warn', 'what has been over for long is not forgotten before another day', { reason: (error as Error).message });
    }
  }

  /** The number of the working day that begins now; undefined while the last one goes on. */
  private async nextDay(): Promise<number | undefined> {
    const now = this.host.now();
    let isNew = false;
    const { number } = await this.days.change(OPERATIONS, (present = { number: 0, beganAt: new Date(0).toISOString() }) => {
      isNew = now.getTime() - Date.parse(present.beganAt) >= DAY_MS;
      return isNew ? { number: present.number + 1, beganAt: now.toISOString() } : present;
    });
    return isNew ? number : undefined;
  }

  private async forget(today: number): Promise<void> {
    for await (const page of this.host.store.list(OPERATIONS)) {
      for (const { key, value } of page) {
        const shown = value as unknown as OperationRecord;
        if (aged(shown, today) === shown) continue;
        // Somebody may have taken it up since it was listed.
        const id = key.slice(OPERATIONS.length);
        const record = await this.records.change(id, (present) => present && aged(present, today));
        if (record && isOld(record, today)) await this.records.remove(id);
      }
    }
  }
}

/** The record on this day, if it is over: with the day on which that was seen, or, when it is old, as one that nobody can take up any more. */
function aged(record: OperationRecord, today: number): OperationRecord {
  if (!isOver(record)) return record;
  if (record.overSince === undefined) return { ...record, overSince: today };
  return isOld(record, today) ? { ...record, isCancelled: true } : record;
}

const isOld = ({ overSince = Number.POSITIVE_INFINITY }: OperationRecord, today: number): boolean => today - overSince > KEPT_DAYS;
