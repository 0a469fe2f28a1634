import { randomUUID } from 'node:crypto';
import { assertMayUse, mayUse, type Access, type OwnerWish } from '../account/access.js';
import type { CallContext, Caller } from '../call-context.js';
import type { BackupSchedule, BackupScheduleView } from '../dao/backup-schedule-dao.js';
import type { Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import type { Vm } from '../dao/vm-dao.js';
import { found, lookUp, refused } from '../errors.js';
import type { MachineManager } from '../inventory/machine-manager.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import type { LimitManager } from '../limits/limit-manager.js';
import { isTimezone } from '../timezone.js';
import type { BackupFramework } from './backup-framework.js';
import { readIntervalType } from './due-time.js';
import { nextRun } from './next-run.js';
import { protectionOf, unprotected } from './protection.js';

/** What a caller says about a schedule. */
export interface ScheduleWish {
  /** The name of an `IntervalType`, in any case. */
  readonly intervalType: string;
  readonly schedule: string;
  readonly timezone: string;
  /** How many of its backups are kept; 0 for all. */
  readonly maxBackups: number;
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

/** The schedules of machines: one of each interval type for a machine that is in a backup offering. */
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

  /** Gives the machine the schedule, in place of the one that it has of that interval type. */
  async save({ caller, signal }: CallContext, vmUuid: string, wish: ScheduleWish): Promise<BackupScheduleView> {
    const vm = await this.machines.get(caller, vmUuid);
    const zone = this.zones.getById(vm.zoneId);
    this.framework.assertEnabled(zone);
    const { offering } = await protectionOf(this.db.daos, vm);
    await this.framework.assertUserDriven(offering, zone, wish.quiesceVm ?? false, signal);
    const schedule = this.read(vm, wish);
    await this.checkKept(vm, wish.maxBackups);
    await this.db.transaction(async ({ schedules, cacheChanges }) => {
      await schedules.save(schedule);
      // Every server waits for the due time that was the next one so far.
      await cacheChanges.insert('schedule', schedule.created);
    });
    // Read when all is done: a transaction may not see what others have saved since it began.
    const saved = found(await this.db.daos.schedules.findOfVm(vm.id, schedule.intervalType), 'backup schedule', schedule.uuid);
    // Recorded first, looked at afterwards: a removal from the offering that has ended since then has not seen the schedule.
    if (await this.db.daos.assignments.findByVm(vm.id)) return saved;
    await this.db.daos.schedules.delete(saved.id);
    throw unprotected(vm);
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
    await (schedule ? schedules.delete(schedule.id) : schedules.deleteByVm(vm.id));
  }

  private read({ id: vmId, accountId, domainId }: Vm, wish: ScheduleWish): Omit<BackupSchedule, 'id'> {
    const { schedule, timezone, maxBackups, quiesceVm } = wish;
    const timing = { intervalType: readIntervalType(wish.intervalType), schedule, timezone };
    if (!isTimezone(timezone)) {
      throw refused(`parameter timezone: "${timezone}" is not the name of a time zone, such as Europe/Berlin or Etc/UTC`);
    }
    const created = this.now();
    const owned = { uuid: randomUUID(), vmId, accountId, domainId };
    return { ...owned, ...timing, maxBackups, quiesceVm: quiesceVm ?? null, nextRun: nextRun(timing, created), created };
  }

  private async checkKept(owner: Vm, maxBackups: number): Promise<void> {
    if (maxBackups < 0) throw refused(`parameter maxbackups: ${maxBackups} is negative; 0 keeps all backups of the schedule`);
    const { limit, name } = await this.limits.tightest(owner, 'backup');
    if (maxBackups > limit) throw refused(`parameter maxbackups: ${maxBackups} is more than the ${limit} backups that ${name} may have`);
  }
}
