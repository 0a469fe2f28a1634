import type { BackupOffering } from '../dao/backup-offering-dao.js';
import type { Daos } from '../dao/database.js';
import type { OfferingAssignment } from '../dao/offering-assignment-dao.js';
import type { Vm } from '../dao/vm-dao.js';
import { refused, type ApiError } from '../errors.js';

/** What protects a machine. */
export interface Protection {
  readonly assignment: OfferingAssignment;
  readonly offering: BackupOffering;
}

/** The refusal of what only a machine in a backup offering can have. */
export const unprotected = (vm: Vm): ApiError => refused(`virtual machine ${vm.uuid} has no backup offering`);

/** The offering that the machine is in; refuses a machine that is in none, or not yet, or no longer. */
export async function protectionOf({ assignments, offerings }: Daos, vm: Vm): Promise<Protection> {
  const assignment = await assignments.findByVm(vm.id);
  const offering = assignment && (await offerings.findByIdIncludingRemoved(assignment.policyId));
  if (!assignment || !offering || assignment.state !== 'Assigned') throw unprotected(vm);
  return { assignment, offering };
}
