import { randomUUID } from 'node:crypto';
import type { CallContext } from '../call-context.js';
import type { Backup } from '../dao/backup-dao.js';
import type { RuledBackup } from '../dao/backup-retention-dao.js';
import type { Daos, Database } from '../dao/database.js';
import { found, refused } from '../errors.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import type { JobQueue } from '../jobs/job-queue.js';
import type { Log } from '../log.js';
import type { BackupFramework } from './backup-framework.js';
import { factsOf, governedIn, unknownTimezonesIn, type MachineFacts } from './retention-facts.js';
import { decide, leafFirst } from './retention.js';

/** So many backups of a machine go at once; the next turn sees to the rest. */
const MOST_OF_A_MACHINE = 100;
/** So many machines are looked at by one transaction. */
const MACHINES_AT_ONCE = 50;
/** So many deletions are asked for in one turn, or a few more. */
const MOST_IN_A_TURN = 1000;

/** In whose name a backup is deleted. */
type Asker = Pick<CallContext, 'requestId'> & { readonly userId: number };

/** Has the backups deleted that the rules of schedules and offerings let go. */
export class RetentionEnforcer {
  /** The machine up to which this server has come in a turn that it did not finish. */
  private reached = 0;

  constructor(
    private readonly db: Database,
    private readonly zones: ZoneDirectory,
    private readonly framework: BackupFramework,
    private readonly jobs: JobQueue,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  /**
   * Has what the newest backup makes too many deleted, in the name of the first administrator, when it is recorded: nothing goes before it
   * is there. A fault costs the backup nothing. What is not asked for, or not deleted, the machine's next backup or the next turn sees to.
   */
  async apply({ uuid, vmId }: Backup, { requestId }: CallContext): Promise<void> {
    try {
      await this.db.transaction(async (daos) => {
        if (!(await daos.backupRetention.isUnderRule(vmId))) return;
        await this.letGo(daos, [vmId], await administrator(daos, requestId));
      });
    } catch (error) {
      this.log('error', 'retention not applied', { backup: uuid, error });
    }
  }

  /** The same for all machines; what is more than a turn can do is left to the next. */
  async applyAll(signal: AbortSignal): Promise<void> {
    const asker = await administrator(this.db.daos, randomUUID());
    for (let asked = 0; asked < MOST_IN_A_TURN && !signal.aborted;) {
      const vmIds = await this.db.daos.backupRetention.listVmsUnderRules(this.reached, MACHINES_AT_ONCE);
      // Before they are looked at: if that fails, the next turn goes on with the others.
      this.reached = vmIds.length < MACHINES_AT_ONCE ? 0 : (vmIds.at(-1) ?? 0);
      asked += await this.db.transaction((daos) => this.letGo(daos, vmIds, asker));
      if (this.reached === 0) return;
    }
  }

  /** Refuses to delete for a rule what has ceased to be too much since that was asked for, or of which this server cannot tell. */
  async assertGoes(daos: Daos, backup: Backup): Promise<void> {
    const [facts] = await factsOf(daos, [backup.vmId]);
    // Not a fault of the server, after which the job would be begun again and again: a server that can tell asks for it at its next turn.
    const [unknown] = facts ? unknownTimezonesIn(facts) : [];
    if (unknown !== undefined) throw refused(`backup ${backup.uuid} stays: this server does not know time zone ${unknown}`);
    const reasons = facts && decide(facts.backups, governedIn(facts), this.now()).get(backup.id);
    if (reasons?.length === 0) return;
    throw refused(`backup ${backup.uuid} stays: its retention rules no longer let it go (${reasons?.join(', ') ?? 'it is not there'})`);
  }

  /** Adds the jobs that delete what goes of the machines, unless they are there; answers how many. */
  private async letGo(daos: Daos, vmIds: readonly number[], asker: Asker): Promise<number> {
    const facts = await factsOf(daos, vmIds);
    const going = facts.flatMap((each) => this.goingOrComplain(each));
    if (going.length === 0) return 0;
    const uuids = going.map(({ uuid }) => uuid);
    const pending = await daos.jobs.pendingAmong('instanceUuid', uuids);
    const left = going.filter(({ uuid }) => !pending.has(uuid));
    for (const backup of left) await this.jobs.add(daos, orderOf(backup, asker));
    return left.length;
  }

  /** One machine of which it cannot be told, as with a time zone that this server does not know, loses nothing and delays no other. */
  private goingOrComplain(facts: MachineFacts): RuledBackup[] {
    try {
      return this.goingOf(facts);
    } catch (error) {
      this.log('error', 'retention not applied', { vmId: facts.vmId, error });
      return [];
    }
  }

  private goingOf(facts: MachineFacts): RuledBackup[] {
    const governed = governedIn(facts);
    const verdicts = decide(facts.backups, governed, this.now());
    const going = governed.flatMap(({ backups }) => facts.backups.filter(({ id }) => backups.has(id) && verdicts.get(id)?.length === 0));
    // Where backups are off, nothing can be deleted.
    const deletable = going.filter(({ zoneId }) => this.framework.isEnabled(this.zones.getById(zoneId)));
    return leafFirst(deletable).slice(0, MOST_OF_A_MACHINE);
  }
}

async function administrator({ users }: Daos, requestId: string): Promise<Asker> {
  const { id: userId } = found(await users.findDefault(), 'user', 'admin');
  return { userId, requestId };
}

/** Part of the account that owns the backup. */
function orderOf({ uuid, vmUuid, accountId, domainId, backupScheduleId }: RuledBackup, { userId, requestId }: Asker) {
  return {
    command: 'deleteBackup',
    parameters: new Map([['id', uuid]]),
    subject: { type: 'Backup', uuid, machineUuid: vmUuid },
    asker: { userId, accountId, domainId, requestId },
    byRule: true,
    ...(backupScheduleId === null ? {} : { backupScheduleId }),
  };
}
