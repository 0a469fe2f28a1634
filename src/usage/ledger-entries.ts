import type { Backup } from '../dao/backup-dao.js';
import type { OfferingAssignment } from '../dao/offering-assignment-dao.js';
import type { LedgerEntry } from '../dao/usage-ledger-dao.js';
import type { Vm } from '../dao/vm-dao.js';

/*
 * The facts of which usage is made up. Each belongs into the transaction that makes it true.
 */

/** The machine is protected by the offering from now on. */
export const assigned = (assignment: OfferingAssignment, vm: Vm, created: Date): LedgerEntry => ({
  ...ofAssignment(assignment, vm),
  fact: 'Assigned',
  reasons: 1,
  created,
});

/** The machine has left the offering. */
export const released = (assignment: OfferingAssignment, vm: Vm, created: Date): LedgerEntry => ({
  ...ofAssignment(assignment, vm),
  fact: 'Released',
  reasons: -1,
  created,
});

/** The provider holds the backup, of the sizes that it has. */
export const held = (backup: Backup, created: Date): LedgerEntry => ({
  ...ofBackup(backup),
  fact: 'Held',
  reasons: 1,
  storedBytes: backup.sizeBytes,
  logicalBytes: backup.protectedSizeBytes,
  created,
});

/** The provider no longer holds the backup. */
export const gone = (backup: Backup, created: Date): LedgerEntry => ({
  ...ofBackup(backup),
  fact: 'Gone',
  reasons: -1,
  storedBytes: -backup.sizeBytes,
  logicalBytes: -backup.protectedSizeBytes,
  created,
});

/** The provider holds the backup still, with other sizes than `before`. */
export const resized = (backup: Backup, before: Backup, created: Date): LedgerEntry => ({
  ...ofBackup(backup),
  fact: 'Resized',
  reasons: 0,
  storedBytes: backup.sizeBytes - before.sizeBytes,
  logicalBytes: backup.protectedSizeBytes - before.protectedSizeBytes,
  created,
});

const ofAssignment = ({ vmId, policyId, zoneId }: OfferingAssignment, { accountId, domainId }: Vm) => ({
  ...{ vmId, policyId, zoneId, accountId, domainId },
  backupId: null,
  revision: 0,
  storedBytes: 0,
  logicalBytes: 0,
});

const ofBackup = ({ id, vmId, policyId, zoneId, accountId, domainId, revision }: Backup) => ({
  ...{ vmId, policyId, zoneId, accountId, domainId },
  backupId: id,
  revision,
});
