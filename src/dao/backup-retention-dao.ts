import type { Knex } from 'knex';
import { KEEPS } from '../retention-rule.js';
import type { Backup } from './backup-dao.js';

/** A backup with what decides whether a rule of retention keeps it, and what is told of it then. */
export interface RuledBackup extends Pick<Backup, (typeof COLUMNS)[number]> {
  vmUuid: string;
}

const COLUMNS = [
  ...(['id', 'uuid', 'name', 'vmId', 'policyId', 'zoneId', 'accountId', 'domainId', 'backupScheduleId'] as const),
  ...(['status', 'missed', 'created', 'held', 'externalId', 'dependsOn', 'sizeBytes'] as const),
];

/** The table of backups as rules of retention see it. */
export class BackupRetentionDao {
  constructor(private readonly db: Knex) {}

  /** All that the machines have, oldest first. */
  async listOfVms(vmIds: readonly number[]): Promise<RuledBackup[]> {
    const backups = this.db('backups').whereIn('vmId', vmIds).whereNull('removed').select(COLUMNS);
    const rows = this.db.from(backups.as('backups')).join('virtual_machine as vm', 'vm.id', 'backups.vmId');
    return (await rows.orderBy('backups.id').select('backups.*', 'vm.uuid as vmUuid')) as RuledBackup[];
  }

  /** Whether the machine has a schedule, or is in an offering, that lets anything go. */
  async isUnderRule(vmId: number): Promise<boolean> {
    return (await this.vmsUnderRules().where({ id: vmId }).first('id')) !== undefined;
  }

  /** Machines of which that is so, and which come after the one with the id `after`, in the order of their ids. */
  async listVmsUnderRules(after: number, limit: number): Promise<number[]> {
    const machines = this.vmsUnderRules().where('id', '>', after).orderBy('id').limit(limit);
    return ((await machines.select('id')) as { id: number }[]).map(({ id }) => id);
  }

  private vmsUnderRules() {
    const scheduled = this.db('backup_schedule').where(isLimiting).select('vmId');
    const offerings = this.db('backup_policy').where(isLimiting).select('id');
    const offered = this.db('backup_policy_vm_map').whereIn('policyId', offerings).select('vmId');
    return this.db('virtual_machine').where((either) => void either.whereIn('id', scheduled).orWhereIn('id', offered));
  }
}

const isLimiting = (row: Knex.QueryBuilder): void => {
  for (const keep of KEEPS) void row.orWhere(keep, '>', 0);
};
