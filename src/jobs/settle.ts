import type { Daos } from '../dao/database.js';

/**
 * Puts back whatever a failed operation has left in a passing state: its backup is Error, its machine and volumes are no longer
 * being restored, a volume that it was making is gone, and a machine that it was assigning leaves its offering. Part of the transaction that
 * ends the job, so that only the server that holds the job can do it, and no failure can leave it out. Answers whether there was anything.
 */
export async function settle(daos: Daos, operationId: string, now: Date): Promise<boolean> {
  const rows = [
    await daos.backups.failTaking(operationId),
    await daos.vms.endRestore(operationId),
    await daos.volumes.endRestore(operationId),
    await daos.volumes.removeUnfinished(operationId, now),
    await daos.assignments.letGoUnfinished(operationId),
  ];
  return rows.some((count) => count > 0);
}
