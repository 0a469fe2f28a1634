import { Records } from '../../../src/provider/index.js';
import type { PluginHost } from '../../../src/provider/index.js';

const DAY_MS = 86_400_000;
/** How many working days what is over is remembered. */
const KEPT_DAYS = 30;

/** What can be forgotten one day. */
export interface Mortal {
  /** The working day on which it was seen to be over. */
  readonly overSince?: number;
}

/** The last day on which the plugin had something to do. */
interface WorkingDay {
  readonly number: number;
  readonly beganAt: string;
}

/**
 * Forgets records of a kind that have been over for long. Only days count on which something was begun: whatever was down for a month,
 * this server or Veeam, what waited for it is asked for before it is old.
 */
export class Forgetting<T extends Mortal> {
  private readonly days: Records<WorkingDay>;
  private readonly records: Records<T>;

  constructor(
    private readonly host: PluginHost,
    private readonly prefix: string,
    /** Nobody has to know of the record any more, but for repeating what he was told. */
    private readonly isOver: (record: T) => boolean,
  ) {
    this.days = new Records(host.store, 'working-day/');
    this.records = new Records(host.store, prefix);
  }

  /** To be called when something is begun. Once a day it forgets what is to be forgotten. */
  async daily(): Promise<void> {
    const now = this.host.now();
    let isNew = false;
    const { number } = await this.days.change(this.prefix, (present = { number: 0, beganAt: new Date(0).toISOString() }) => {
      isNew = now.getTime() - Date.parse(present.beganAt) >= DAY_MS;
      return isNew ? { number: present.number + 1, beganAt: now.toISOString() } : present;
    });
    if (isNew) await this.forget(number);
  }

  private async forget(today: number): Promise<void> {
    for await (const page of this.host.store.list(this.prefix)) {
      for (const { key, value } of page) {
        const [id, record] = [key.slice(this.prefix.length), value as unknown as T];
        if (!this.isOver(record)) continue;
        if (record.overSince === undefined) await this.records.changePresent(id, (present) => this.aged(present, today));
        else if (today - record.overSince > KEPT_DAYS) await this.records.remove(id);
      }
    }
  }

  private aged(record: T, today: number): T {
    return this.isOver(record) && record.overSince === undefined ? { ...record, overSince: today } : record;
  }
}

/** The record as one that was just asked for. */
export function renewed<T extends Mortal>({ overSince: _, ...record }: T): Omit<T, 'overSince'> {
  return record;
}
