import type { Knex } from 'knex';
import type { IntervalType } from '../backup/due-time.js';
import { ownedBy, type Owners } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';

/** When backups of a machine are taken without being asked for. */
export interface BackupSchedule {
  id: number;
  uuid: string;
  vmId: number;
  /** The owner of the machine. */
  accountId: number;
  domainId: number;
  intervalType: IntervalType;
  /** As it was given; see `readDueTime`. */
  schedule: string;
  timezone: string;
  /** How many of its backups are kept; 0 for all. */
  maxBackups: number;
  /** Null if nothing was said of it. */
  quiesceVm: boolean | null;
  /** The moment at which the next backup is due. */
  nextRun: Date;
  created: Date;
}

/** A schedule with the machine's names, as answers show them. */
export interface BackupScheduleView extends BackupSchedule {
  vmUuid: string;
  vmName: string;
  zoneId: number;
}

/** What a list of schedules is narrowed by. */
export interface BackupScheduleFilter extends Owners {
  readonly id?: number | undefined;
  readonly vmId?: number | undefined;
  /** Part of the machine's name. */
  readonly keyword?: string | undefined;
}

export class BackupScheduleDao {
  constructor(private readonly db: Knex) {}

  /**
   * Inserts the schedule, or overwrites the one that the machine has of the interval type, whose uuid stays. What is due already stays
   * due when the same timing is said again.
   */
  async save(schedule: Omit<BackupSchedule, 'id'>): Promise<void> {
    const { accountId, domainId, schedule: text, timezone, maxBackups, quiesceVm, nextRun } = schedule;
    // Compared by the statement itself, and before the timing is set: others may be saving the same schedule.
    const due = this.db.raw('case when ?? = ? and ?? = ? then ?? else ? end', ['schedule', text, 'timezone', timezone, 'nextRun', nextRun]);
    const overwritten = { nextRun: due, accountId, domainId, schedule: text, timezone, maxBackups, quiesceVm };
    await this.db('backup_schedule').insert(schedule).onConflict(['vmId', 'intervalType']).merge(overwritten);
  }

  findByUuid(uuid: string): Promise<BackupScheduleView | undefined> {
    return this.views(this.db('backup_schedule').where({ uuid })).first();
  }

  findOfVm(vmId: number, intervalType: IntervalType): Promise<BackupScheduleView | undefined> {
    return this.views(this.db('backup_schedule').where({ vmId, intervalType })).first();
  }

  findById(id: number): Promise<BackupScheduleView | undefined> {
    return this.views(this.db('backup_schedule').where({ id })).first();
  }

  /** Those that are due and come after the one with the id `after`, in the order of their ids. */
  async listDue(now: Date, after: number, limit: number): Promise<BackupScheduleView[]> {
    const due = this.db('backup_schedule').where('nextRun', '<=', now).where('id', '>', after).orderBy('id').limit(limit);
    return (await this.views(due).clearOrder().orderBy('backup_schedule.id')) as BackupScheduleView[];
  }

  /** When the next one is due; undefined if there is none. */
  async earliestRun(): Promise<Date | undefined> {
    const first = (await this.db('backup_schedule').orderBy('nextRun').first('nextRun')) as { nextRun: Date } | undefined;
    return first?.nextRun;
  }

  /** Sets the next due time if nobody else has run, changed or deleted the schedule meanwhile; false if somebody has. */
  async moveOn({ id, nextRun }: Pick<BackupSchedule, 'id' | 'nextRun'>, next: Date): Promise<boolean> {
    return (await this.db('backup_schedule').where({ id, nextRun }).update({ nextRun: next })) === 1;
  }

  /** Newest first. */
  list({ id, vmId, keyword, ...owners }: BackupScheduleFilter, page: Page): Promise<Listing<BackupScheduleView>> {
    const wanted = ownedBy(this.db('backup_schedule'), owners).orderBy('id', 'desc');
    for (const [column, value] of Object.entries({ id, vmId })) if (value !== undefined) void wanted.where({ [column]: value });
    if (keyword) void wanted.whereIn('vmId', containing(this.db('virtual_machine').select('id'), keyword, ['name']));
    return listing(wanted, page, (rows) => this.views(rows));
  }

  async delete(id: number): Promise<void> {
    await this.db('backup_schedule').where({ id }).delete();
  }

  async deleteByVm(vmId: number): Promise<void> {
    await this.db('backup_schedule').where({ vmId }).delete();
  }

  private views(rows: Knex.QueryBuilder): Knex.QueryBuilder {
    return this.db
      .from(rows.as('backup_schedule'))
      .join('virtual_machine as vm', 'vm.id', 'backup_schedule.vmId')
      .orderBy('backup_schedule.id', 'desc')
      .select('backup_schedule.*', 'vm.uuid as vmUuid', 'vm.name as vmName', 'vm.zoneId as zoneId');
  }
}
