import { randomUUID } from 'node:crypto';
import type { BackupScheduleView } from '../dao/backup-schedule-dao.js';
import type { Daos, Database } from '../dao/database.js';
import { found } from '../errors.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import type { JobOrder, JobQueue } from '../jobs/job-queue.js';
import type { Log } from '../log.js';
import type { BackupFramework } from './backup-framework.js';
import { dueTurn } from './due-turn.js';

const TICK_MS = 1000;
const BATCH = 100;

/**
 * Has the backups taken that are due by schedule: each due time once, however many servers there are. What no server has seen to in time
 * is caught up with by one backup, or skipped, as the schedule says.
 */
export class ScheduledBackups {
  /** When the next schedule is due, as far as this server knows. The database is not asked before. */
  private due = -Infinity;
  private looking: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isStopping = false;

  constructor(
    private readonly db: Database,
    private readonly zones: ZoneDirectory,
    private readonly framework: BackupFramework,
    private readonly jobs: JobQueue,
    /** Tells the runner that there is something to do. */
    private readonly wake: () => void,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  start(): void {
    // Compared with the clock each time: a timer that is set for hours does not notice when the clock is put right.
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await this.looking;
  }

  /** A schedule has been saved, by this server or another one: it may be due before all others. */
  changed(): void {
    this.due = -Infinity;
  }

  /** Runs what is due, and answers when that is done; a look that goes on is joined. */
  look(): Promise<void> {
    this.looking ??= this.runDue()
      .catch((error: unknown) => {
        this.due = -Infinity;
        this.log('warn', 'looking for due backup schedules failed', { error });
      })
      .finally(() => (this.looking = undefined));
    return this.looking;
  }

  private tick(): void {
    if (this.now().getTime() >= this.due) void this.look();
  }

  private async runDue(): Promise<void> {
    // Forgotten before looking: what is changed meanwhile is looked for again.
    this.due = Infinity;
    const { schedules } = this.db.daos;
    const looked = this.now();
    for (let last = 0; !this.isStopping;) {
      const batch = await schedules.listDue(this.now(), last, BATCH);
      for (const schedule of batch) await this.runOrComplain(schedule, looked);
      last = batch.at(-1)?.id ?? last;
      if (batch.length < BATCH) break;
    }
    this.due = Math.min(this.due, (await schedules.earliestRun())?.getTime() ?? Infinity);
  }

  /** One schedule that cannot be run, for whatever reason, does not keep the others from it; it stays due. */
  private async runOrComplain(schedule: BackupScheduleView, looked: Date): Promise<void> {
    if (this.isStopping) return;
    try {
      await this.run(schedule, looked);
    } catch (error) {
      this.log('error', 'backup schedule not run', { schedule: schedule.uuid, machine: schedule.vmUuid, error });
    }
  }

  private async run(schedule: BackupScheduleView, looked: Date): Promise<void> {
    const administrator = found(await this.db.daos.users.findDefault(), 'user', 'admin');
    const order = orderOf(schedule, administrator.id);
    const { next, deed, why: missed } = dueTurn(schedule, this.now(), looked);
    const about = { schedule: schedule.uuid, machine: schedule.vmUuid, due: schedule.nextRun, next, requestId: order.asker.requestId };
    const outcome = await this.db.transaction(async (daos) => {
      // Whoever moves it on runs it, or says why not: the servers need no other agreement.
      if (!(await daos.schedules.moveOn(schedule, next))) return undefined;
      if (deed === 'wait') return { waits: true };
      const why = missed ?? (await this.obstacle(daos, schedule));
      if (why === undefined) return { job: await this.jobs.add(daos, order) };
      await this.jobs.skip(daos, order, why);
      return { skipped: why };
    });
    if (!outcome) return;
    this.log('info', 'backup schedule due', { ...about, ...outcome });
    this.wake();
  }

  /** Why no backup is taken this time; what else may be wrong, the job itself finds out. */
  private async obstacle(daos: Daos, { id, accountId, zoneId }: BackupScheduleView): Promise<string | undefined> {
    const zone = this.zones.getById(zoneId);
    if (!this.framework.isEnabled(zone)) return `backup and recovery is disabled in zone ${zone.name}`;
    if (await daos.jobs.isPendingForSchedule(id, 'createBackup')) return 'the backup that was due before has not ended yet';
    const account = await daos.accounts.findView({ id: accountId });
    return account?.state === 'disabled' ? `account ${account.name} is disabled` : undefined;
  }
}

/** Part of the machine's account, in the name of the administrator: whoever saved the schedule may be gone. */
function orderOf(schedule: BackupScheduleView, userId: number): JobOrder {
  const { id: backupScheduleId, vmUuid, accountId, domainId, quiesceVm } = schedule;
  const parameters = new Map([['virtualmachineid', vmUuid]]);
  if (quiesceVm !== null) parameters.set('quiescevm', String(quiesceVm));
  return {
    command: 'createBackup',
    parameters,
    subject: { type: 'VirtualMachine', uuid: vmUuid, machineUuid: vmUuid },
    asker: { userId, accountId, domainId, requestId: randomUUID() },
    backupScheduleId,
  };
}
