import type { AssignedOffering } from '../dao/backup-offering-dao.js';
import type { RuledBackup } from '../dao/backup-retention-dao.js';
import type { BackupSchedule } from '../dao/backup-schedule-dao.js';
import type { Daos } from '../dao/database.js';
import { limits } from '../retention-rule.js';
import { isTimezone } from '../timezone.js';
import { periodsOf } from './calendar-periods.js';
import type { Governed } from './retention.js';

/** What is known of a machine where its backups are let go by rules. */
export interface MachineFacts {
  readonly vmId: number;
  readonly backups: readonly RuledBackup[];
  readonly schedules: readonly BackupSchedule[];
  readonly offering: AssignedOffering | undefined;
}

/** The backups of each of the machines, and the schedules and offerings whose rules hold for them. */
export async function factsOf({ backupRetention, schedules, offerings }: Daos, vmIds: readonly number[]): Promise<MachineFacts[]> {
  const scheduled = await schedules.listOfVms(vmIds);
  const offered = await offerings.listOfVms(vmIds);
  const backups = await backupRetention.listOfVms(vmIds);
  return vmIds.map((id) => {
    const isOfMachine = ({ vmId }: { readonly vmId: number }) => vmId === id;
    return {
      vmId: id,
      backups: backups.filter(isOfMachine),
      schedules: scheduled.filter(isOfMachine),
      offering: offered.find(isOfMachine),
    };
  });
}

/**
 * The rules that hold for the machine's backups. That of a schedule holds for what it has taken; that of the offering that the machine
 * is in for the others that were taken under it by schedules that are there, and for those on demand only if it says so.
 */
export function governedIn({ backups, schedules, offering }: MachineFacts): Governed[] {
  const ruling = schedules.filter(limits);
  const ofSchedules = ruling.map((schedule) => ({
    rule: schedule,
    periods: periodsOf(schedule.timezone),
    backups: idsOf(backups.filter(({ backupScheduleId }) => backupScheduleId === schedule.id)),
  }));
  if (!offering || !limits(offering)) return ofSchedules;
  const [ids, ruled] = [new Set(schedules.map(({ id }) => id)), new Set(ruling.map(({ id }) => id))];
  const isUnderOffering = ({ policyId, backupScheduleId }: RuledBackup): boolean => {
    if (policyId !== offering.id) return false;
    if (backupScheduleId === null || !ids.has(backupScheduleId)) return offering.keepManual;
    return !ruled.has(backupScheduleId);
  };
  return [...ofSchedules, { rule: offering, periods: periodsOf(offering.keepTimezone), backups: idsOf(backups.filter(isUnderOffering)) }];
}

/** The time zones of the rules that this server does not know, as one with newer data may: what the rules keep cannot be told here. */
export function unknownTimezonesIn({ schedules, offering }: MachineFacts): string[] {
  const ofSchedules = schedules.filter(limits).map(({ timezone }) => timezone);
  const ofOffering = offering && limits(offering) ? [offering.keepTimezone] : [];
  return [...ofSchedules, ...ofOffering].filter((name) => !isTimezone(name));
}

const idsOf = (backups: readonly RuledBackup[]): ReadonlySet<number> => new Set(backups.map(({ id }) => id));
