import { randomUUID } from 'node:crypto';
import { assertMayUse, mayUse, type Access, type OwnerWish } from '../account/access.js';
import type { CallContext, Caller } from '../call-context.js';
import type { BackupSchedule, BackupScheduleDao, BackupScheduleView, SaidOfSchedule } from '../dao/backup-schedule-dao.js';
import { isDuplicate } from '../dao/database-error.js';
import type { Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import type { Vm } from '../dao/vm-dao.js';
import { found, lookUp, refused, type ApiError } from '../errors.js';
import type { MachineManager } from '../inventory/machine-manager.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import type { LimitManager } from '../limits/limit-manager.js';
import { NO_RULE, readWish, ruleIn, type RetentionWish } from '../retention-rule.js';
import type { BackupFramework } from './backup-framework.js';
import { nextRun } from './next-run.js';
import { protectionOf, unprotected } from './protection.js';
import { readTerms, type TermsWish } from './schedule-terms.js';

/** What a caller says about a schedule; what is undefined was not said. */
export interface ScheduleWish extends TermsWish {
  /** Which of its backups are kept. */
  readonly keeps: RetentionWish;
  readonly quiesceVm: boolean | undefined;
}

/** What a list of schedules is narrowed by. */
export interface ScheduleFilter {
  readonly uuid: string | undefined;
  readonly vmUuid: string | undefined;
  readonly keyword: string | undefined;
}

/** Which schedules go: the one of the uuid, else all of the machine. */
export type ScheduleChoice = Pick<ScheduleFilter, 'uuid' | 'vmUuid'>;

/** So many schedules with a cron expression may a machine have. */
const MOST_CRON = 20;

/** The schedules of machines that are in a backup offering: of each, one of each interval type, and several with cron expressions. */
export class BackupScheduleManager {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly zones: ZoneDirectory,
    private readonly framework: BackupFramework,
    private readonly machines: MachineManager,
    private readonly limits: LimitManager,
    private readonly now: () => Date,
  ) {}

  /** Gives the machine the schedule, in place of the one that it has of that interval type or cron expression. */
  async save({ caller, signal }: CallContext, vmUuid: string, wish: ScheduleWish): Promise<BackupScheduleView> {
    const vm = await this.machines.get(caller, vmUuid);
    const said = await this.read(vm, wish, undefined, signal);
    const schedule = { ...said, uuid: randomUUID(), vmId: vm.id, created: this.now() };
    await this.record(async (schedules) => {
      await schedules.save(schedule);
      return (await schedules.findSame(schedule))?.uuid;
    });
    // Read when all is done: a transaction may not see what others have saved since it began.
    const saved = found(await this.db.daos.schedules.findSame(schedule), 'backup schedule', schedule.uuid);
    // Recorded first, looked at afterwards: what has been done since then, such as a removal from the offering, has not seen the schedule.
    const why = await this.obstacle(vm, saved.uuid === schedule.uuid);
    if (!why) return saved;
    await this.db.daos.schedules.delete(saved.id);
    throw why;
  }

  /** Changes what is said of the schedule, and leaves what is not. */
  async change({ caller, signal }: CallContext, uuid: string, wish: ScheduleWish): Promise<BackupScheduleView> {
    const { schedules } = this.db.daos;
    const known = found(await schedules.findByUuid(uuid), 'backup schedule', uuid);
    assertMayUse(caller, known, `backup schedule ${uuid}`);
    const vm = await this.machines.get(caller, known.vmUuid);
    const said = await this.read(vm, wish, known, signal);
    if (said.intervalType === 'CRON' && known.intervalType !== 'CRON' && (await schedules.countCron(vm.id)) >= MOST_CRON) throw tooMany(vm);
    try {
      await this.record(async (daos) => {
        await daos.update(uuid, said);
        return uuid;
      });
    } catch (error) {
      const what = said.intervalType === 'CRON' ? `with the cron expression "${said.schedule}"` : `that is ${said.intervalType}`;
      throw isDuplicate(error) ? refused(`virtual machine ${vm.uuid} has another backup schedule ${what}`) : error;
    }
    return found(await schedules.findByUuid(uuid), 'backup schedule', uuid);
  }

  /** Says of a schedule what the work says, which answers its uuid. */
  private async record(work: (schedules: BackupScheduleDao) => Promise<string | undefined>): Promise<void> {
    const about = (uuid: string | undefined) => uuid;
    await this.db.change(async ({ schedules, cacheChanges }) => {
      const uuid = await work(schedules);
      // Every server waits for the due time that was the next one so far.
      await cacheChanges.insert('schedule', this.now());
      return uuid;
    }, about);
  }

  /** Why a schedule that has just been saved cannot stay. */
  private async obstacle(vm: Vm, isNew: boolean): Promise<ApiError | undefined> {
    const { assignments, schedules } = this.db.daos;
    if (!(await assignments.findByVm(vm.id))) return unprotected(vm);
    return isNew && (await schedules.countCron(vm.id)) > MOST_CRON ? tooMany(vm) : undefined;
  }

  async list(caller: Caller, owners: OwnerWish, filter: ScheduleFilter, page: Page): Promise<Listing<BackupScheduleView>> {
    const { uuid, vmUuid, keyword } = filter;
    const one = await lookUp(uuid, 'backup schedule', (id) => this.db.daos.schedules.findByUuid(id));
    if (one && !mayUse(caller, one)) return { rows: [], total: 0 };
    const vm = vmUuid === undefined ? undefined : await this.machines.getIncludingRemoved(caller, vmUuid);
    const wanted = { id: one?.id, vmId: vm?.id, keyword, ...(await this.access.owners(caller, owners)) };
    return this.db.daos.schedules.list(wanted, page);
  }

  /** Deletes one schedule, or all that a machine has, be it none; backups that they have taken stay. */
  async delete(caller: Caller, { uuid, vmUuid }: ScheduleChoice): Promise<void> {
    const { schedules } = this.db.daos;
    const schedule = await lookUp(uuid, 'backup schedule', (id) => schedules.findByUuid(id));
    if (schedule) assertMayUse(caller, schedule, `backup schedule ${schedule.uuid}`);
    const machine = schedule?.vmUuid ?? vmUuid;
    if (machine === undefined) throw refused('say which schedules go: one by its id, or all of a machine by virtualmachineid');
    const vm = await this.machines.getIncludingRemoved(caller, machine);
    this.framework.assertEnabled(this.zones.getById(vm.zoneId));
    await this.db.change((daos) => (schedule ? daos.schedules.delete(schedule.id) : daos.schedules.deleteByVm(vm.id)));
  }

  /** Reads what was said of a schedule of the machine; of one that is known, what was not said stays. */
  private async read(vm: Vm, wish: ScheduleWish, known: BackupSchedule | undefined, signal: AbortSignal): Promise<SaidOfSchedule> {
    const zone = this.zones.getById(vm.zoneId);
    this.framework.assertEnabled(zone);
    const { offering } = await protectionOf(this.db.daos, vm);
    const quiesceVm = wish.quiesceVm ?? known?.quiesceVm ?? null;
    await this.framework.assertUserDriven(offering, zone, quiesceVm ?? false, signal);
    const terms = readTerms(wish, known);
    const rule = { ...ruleIn(known ?? NO_RULE), ...readWish(wish.keeps) };
    await this.checkKept(vm, rule.maxBackups);
    const { accountId, domainId } = vm;
    return { ...terms, ...rule, accountId, domainId, quiesceVm, nextRun: nextRun({ ...terms, vmUuid: vm.uuid }, this.now()) };
  }

  private async checkKept(owner: Vm, maxBackups: number): Promise<void> {
    const { limit, name } = await this.limits.tightest(owner, 'backup');
    if (maxBackups > limit) throw refused(`parameter maxbackups: ${maxBackups} is more than the ${limit} backups that ${name} may have`);
  }
}

const tooMany = (vm: Vm): ApiError =>
  refused(`virtual machine ${vm.uuid} has ${MOST_CRON} backup schedules with a cron expression; delete one`);
