import type { Knex } from 'knex';
import type { ScheduleType } from '../backup/calendar.js';
import type { RetentionRule } from '../retention-rule.js';
import { ownedBy, type Owners } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';

/** When backups of a machine are taken without being asked for, and which of them are kept. */
export interface BackupSchedule extends RetentionRule {
  id: number;
  uuid: string;
  vmId: number;
  /** The owner of the machine. */
  accountId: number;
  domainId: number;
  intervalType: ScheduleType;
  /** As it was given; see `readDueTime` and `readCron`. */
  schedule: string;
  timezone: string;
  /** Outside of which no backup begins; null for all day. See `readRunWindow`. */
  runWindow: string | null;
  /** By up to so much each backup is put off. */
  jitterMinutes: number;
  /** Whether a backup is taken for those that were missed. */
  catchUp: boolean;
  /** Null if nothing was said of it. */
  quiesceVm: boolean | null;
  /** The moment at which the next backup is due. */
  nextRun: Date;
  created: Date;
}

/** What can be said of a schedule again. */
export type SaidOfSchedule = Omit<BackupSchedule, 'id' | 'uuid' | 'vmId' | 'created'>;

/** What decides when a schedule is due. */
const TIMING = ['intervalType', 'schedule', 'timezone', 'runWindow', 'jitterMinutes'] as const;

/** A machine has one schedule of each interval type, and one of each cron expression. */
const variantOf = ({ intervalType, schedule }: Pick<BackupSchedule, 'intervalType' | 'schedule'>): string =>
  intervalType === 'CRON' ? schedule : '';

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
   * Inserts the schedule, or overwrites the one that the machine has of the interval type, for `CRON` of the expression; its uuid stays.
   * What is due already stays due when the same timing is said again.
   */
  async save(schedule: Omit<BackupSchedule, 'id'>): Promise<void> {
    const { uuid, vmId, created, ...said } = schedule;
    const [variant, changed] = [variantOf(said), this.changing(said)];
    await this.db('backup_schedule')
      .insert({ ...said, uuid, vmId, created, variant })
      .onConflict(['vmId', 'intervalType', 'variant'])
      .merge(changed);
  }

  /**
   * Says something else of the schedule with the uuid; due is what stays due as in `save`. Fails with a duplicate key if the machine has
   * another one of the interval type or expression.
   */
  async update(uuid: string, said: SaidOfSchedule): Promise<void> {
    await this.db('backup_schedule').where({ uuid }).update(this.changing(said));
  }

  private changing(said: SaidOfSchedule) {
    const same = TIMING.map(() => "coalesce(??, '') = ?").join(' and ');
    const values = TIMING.flatMap((column) => [column, said[column] ?? '']);
    // Compared by the statement itself, and before the timing is set: others may be saving the same schedule.
    const nextRun = this.db.raw(`case when ${same} then ?? else ? end`, [...values, 'nextRun', said.nextRun]);
    const { nextRun: _, ...others } = said;
    return { nextRun, ...others, variant: variantOf(said) };
  }

  findByUuid(uuid: string): Promise<BackupScheduleView | undefined> {
    return this.views(this.db('backup_schedule').where({ uuid })).first();
  }

  /** The one that `save` overwrites with the schedule. */
  findSame({
    vmId,
    intervalType,
    schedule,
  }: Pick<BackupSchedule, 'vmId' | 'intervalType' | 'schedule'>): Promise<BackupScheduleView | undefined> {
    const variant = variantOf({ intervalType, schedule });
    return this.views(this.db('backup_schedule').where({ vmId, intervalType, variant })).first();
  }

  findById(id: number): Promise<BackupScheduleView | undefined> {
    return this.views(this.db('backup_schedule').where({ id })).first();
  }

  listOfVms(vmIds: readonly number[]): Promise<BackupSchedule[]> {
    return this.db('backup_schedule').whereIn('vmId', vmIds).orderBy('id');
  }

  /** Those that are due and come after the one with the id `after`, in the order of their ids. */
  async listDue(now: Date, after: number, limit: number): Promise<BackupScheduleView[]> {
    return this.batch(this.db('backup_schedule').where('nextRun', '<=', now), after, limit);
  }

  /** Those that are due later than that, in the same way. */
  async listDueAfter(moment: Date, after: number, limit: number): Promise<BackupScheduleView[]> {
    return this.batch(this.db('backup_schedule').where('nextRun', '>', moment), after, limit);
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

  /** How many schedules with a cron expression the machine has. */
  async countCron(vmId: number): Promise<number> {
    const rows = this.db('backup_schedule').where({ vmId, intervalType: 'CRON' });
    return Number(((await rows.count({ count: '*' }).first()) as { count: number }).count);
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

  private async batch(wanted: Knex.QueryBuilder, after: number, limit: number): Promise<BackupScheduleView[]> {
    const rows = wanted.where('id', '>', after).orderBy('id').limit(limit);
    return (await this.views(rows).clearOrder().orderBy('backup_schedule.id')) as BackupScheduleView[];
  }

  private views(rows: Knex.QueryBuilder): Knex.QueryBuilder {
    return this.db
      .from(rows.as('backup_schedule'))
      .join('virtual_machine as vm', 'vm.id', 'backup_schedule.vmId')
      .orderBy('backup_schedule.id', 'desc')
      .select('backup_schedule.*', 'vm.uuid as vmUuid', 'vm.name as vmName', 'vm.zoneId as zoneId');
  }
}
