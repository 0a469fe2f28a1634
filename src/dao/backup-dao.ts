import type { Knex } from 'knex';
import type { BackupStatus } from '../backup/backup-status.js';
import type { ScheduleType } from '../backup/calendar.js';
import { ownedBy, perOwner, withOwnerNames, type OwnerNames, type Owners, type Owning } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';

/** A backup of a machine. It carries its own manifest and can be restored without the machine's row. */
export interface Backup {
  id: number;
  uuid: string;
  vmId: number;
  policyId: number;
  zoneId: number;
  accountId: number;
  domainId: number;
  provider: string;
  name: string;
  description: string | null;
  /** The provider's name for it; null until the provider has confirmed it. */
  externalId: string | null;
  type: 'FULL' | 'INCREMENTAL';
  status: BackupStatus;
  sizeBytes: number;
  protectedSizeBytes: number;
  /** The operation that took it. */
  operationId: string | null;
  /** The schedule that took it, which may be gone; null if it was taken on demand. */
  backupScheduleId: number | null;
  /** JSON text, see `Manifest`. */
  manifest: string;
  /** Since when its provider has not shown it among its backups; null while it does. */
  missed: Date | null;
  /** Since when it is taken for Missing, also while it is being deleted. */
  lost: Date | null;
  /** When whatever a failed backup had left at the provider was removed. */
  cleaned: Date | null;
  /** How often a look at the provider has changed the row. */
  revision: number;
  /** The provider's name of the backup that this one cannot be restored without. */
  dependsOn: string | null;
  /** Since when it is on hold, and why: it is not deleted before it is released. */
  held: Date | null;
  holdReason: string | null;
  created: Date;
  removed: Date | null;
}

/** A backup that nothing has been done with yet. */
export type NewBackupRow = Omit<Backup, 'id' | keyof typeof UNTOUCHED> & Partial<Pick<Backup, keyof typeof UNTOUCHED>>;

export const UNTOUCHED = { missed: null, lost: null, cleaned: null, revision: 0, dependsOn: null, held: null, holdReason: null };

/** A backup with the names that answers show. */
export interface BackupView extends Backup, OwnerNames {
  vmUuid: string;
  vmName: string;
  vmRemoved: Date | null;
  offeringUuid: string;
  offeringName: string;
  assignedPolicyId: number | null;
  /** That of the schedule that took it, as long as there is one. */
  intervalType: ScheduleType | null;
}

/** What a list of backups is narrowed by. */
export interface BackupFilter extends Owners {
  readonly id?: number | undefined;
  readonly vmId?: number | undefined;
  readonly zoneId?: number | undefined;
  readonly policyId?: number | undefined;
  readonly name?: string | undefined;
  readonly status?: string | undefined;
  readonly keyword?: string | undefined;
}

/**
 * What backups take up. One that is being taken counts as large as what it is taken of; one that failed does not count, nor does
 * what is deleted of it, nor one that its provider has lost.
 */
export interface BackupUse {
  readonly backups: number;
  readonly backupBytes: number;
}

export class BackupDao {
  constructor(private readonly db: Knex) {}

  async insert(backup: NewBackupRow): Promise<Backup> {
    const [id] = (await this.db('backups').insert(backup)) as [number];
    return { ...UNTOUCHED, ...backup, id };
  }

  findByUuid(uuid: string): Promise<Backup | undefined> {
    return this.live().where({ uuid }).first();
  }

  findByOperation(operationId: string): Promise<Backup | undefined> {
    return this.db('backups').where({ operationId }).first();
  }

  findByUuidIncludingRemoved(uuid: string): Promise<Backup | undefined> {
    return this.db('backups').where({ uuid }).first();
  }

  async existOwnedBy(owners: Owners): Promise<boolean> {
    return (await ownedBy(this.live(), owners).first('id')) !== undefined;
  }

  /** Whether there are backups of the machine that were taken under the offering. */
  async existForVm(vmId: number, policyId: number): Promise<boolean> {
    return (await this.live().where({ vmId, policyId }).first('id')) !== undefined;
  }

  async existForOffering(policyId: number): Promise<boolean> {
    return (await this.live().where({ policyId }).first('id')) !== undefined;
  }

  /** Whether there are any under an offering of the zone, be it removed here, that its provider knows by this id. */
  async existForExternalOffering(zoneId: number, externalId: string): Promise<boolean> {
    const offerings = this.db('backup_policy').where({ zoneId, externalId }).select('id');
    return (await this.live().whereIn('policyId', offerings).first('id')) !== undefined;
  }

  list({ id, vmId, zoneId, policyId, name, status, keyword, ...owners }: BackupFilter, page: Page): Promise<Listing<BackupView>> {
    const wanted = ownedBy(this.live(), owners).orderBy('id');
    const given = { id, vmId, zoneId, policyId, name, status };
    for (const [column, value] of Object.entries(given)) if (value !== undefined) void wanted.where({ [column]: value });
    if (keyword) {
      const machines = containing(this.db('virtual_machine').select('id'), keyword, ['name']);
      void wanted.where((either) => void containing(either, keyword, ['name']).orWhereIn('vmId', machines));
    }
    return listing(wanted, page, (rows) => this.views(rows));
  }

  /** What the owners' backups take up. */
  async useOf(owners: Owners): Promise<BackupUse> {
    const [sums] = (await ownedBy(this.sums(), owners)) as [BackupUse];
    return useIn(sums);
  }

  /** What the backups of each owner take up; owners without any are left out. */
  async usePerOwner(owning: Owning): Promise<(BackupUse & { owner: number | string })[]> {
    const rows = (await perOwner(this.db, this.sums(), owning)) as (BackupUse & { owner: number | string })[];
    return rows.map((row) => ({ owner: row.owner, ...useIn(row) }));
  }

  /** The backups that depend on one of those with these names at the provider. */
  listDependants({ zoneId, provider }: Pick<Backup, 'zoneId' | 'provider'>, externalIds: readonly string[]): Promise<Backup[]> {
    return this.live().where({ zoneId, provider }).whereIn('dependsOn', externalIds).orderBy('id');
  }

  /** Marks the backup as being deleted if it is still in `from` and not on hold; false if it is not so. */
  async beginDeleting(id: number, from: BackupStatus): Promise<boolean> {
    return (await this.live().where({ id, status: from, held: null }).update({ status: 'Deleting' })) === 1;
  }

  /** Puts the backup on hold, or releases it; false if it is neither BackedUp nor Missing. */
  async hold(id: number, hold: Pick<Backup, 'held' | 'holdReason'>): Promise<boolean> {
    return (await this.live().where({ id }).whereIn('status', ['BackedUp', 'Missing']).update(hold)) === 1;
  }

  /** Moves the backup on only if it is still in `from`; false says that somebody else moved it first. */
  async transition(id: number, from: BackupStatus, to: BackupStatus, changes: Partial<Backup> = {}): Promise<boolean> {
    return (
      (await this.live()
        .where({ id, status: from })
        .update({ ...changes, status: to })) === 1
    );
  }

  /** Ends the taking of a backup without success, if the operation was taking one; answers of how many. */
  failTaking(operationId: string): Promise<number> {
    return this.db('backups').where({ operationId, status: 'BackingUp' }).update({ status: 'Error' });
  }

  /** The operations that are taking backups of machines in the zone. */
  async operationsIn(zoneId: number): Promise<string[]> {
    const taken = this.live().where({ zoneId, status: 'BackingUp' }).whereNotNull('operationId');
    return ((await taken.select('operationId')) as { operationId: string }[]).map(({ operationId }) => operationId);
  }

  /** Drops the row of a backup that the provider no longer has; false if it is no longer in `from`. */
  async remove(id: number, from: BackupStatus, removed: Date): Promise<boolean> {
    return (await this.live().where({ id, status: from }).update({ status: 'Removed', removed, live: null })) === 1;
  }

  private live() {
    return this.db('backups').whereNull('removed');
  }

  private sums() {
    const takesUpSpace = (each: Knex.QueryBuilder) => void each.where({ status: 'BackingUp' }).orWhereNotNull('externalId');
    const bytes = this.db.raw('sum(case when status = ? then ?? else ?? end) as ??', [
      'BackingUp',
      'protectedSizeBytes',
      'sizeBytes',
      'backupBytes',
    ]);
    return this.live().where(takesUpSpace).whereNot({ status: 'Missing' }).count({ backups: '*' }).select(bytes);
  }

  private views(rows: Knex.QueryBuilder) {
    return withOwnerNames(this.db, 'backups', rows)
      .join('virtual_machine as vm', 'vm.id', 'backups.vmId')
      .join('backup_policy as offering', 'offering.id', 'backups.policyId')
      .leftJoin('backup_policy_vm_map as assignment', 'assignment.vmId', 'backups.vmId')
      .leftJoin('backup_schedule as schedule', 'schedule.id', 'backups.backupScheduleId')
      .select(
        'vm.uuid as vmUuid',
        'vm.name as vmName',
        'vm.removed as vmRemoved',
        'offering.uuid as offeringUuid',
        'offering.name as offeringName',
        'assignment.policyId as assignedPolicyId',
        'schedule.intervalType as intervalType',
      );
  }
}

/** Sums come as text from some engines, and as null where there is nothing. */
const useIn = ({ backups, backupBytes }: BackupUse): BackupUse => ({ backups: Number(backups), backupBytes: Number(backupBytes ?? 0) });
