import type { Installation } from '../kit/engines.js';
import { heldBackups, inDatabase, operationsBegun } from './ledger.js';
import type { Done } from './load.js';

/** How often each command was carried out, as the clients have it. */
export const asked = (done: readonly Done[]) => ({
  createBackup: done.filter(({ command }) => command === 'createBackup').length,
  restoreBackup: done.filter(({ command }) => command === 'restoreBackup').length,
  deleteBackup: done.filter(({ command }) => command === 'deleteBackup').length,
});

/** How often each command was carried out, as the provider has it, which remembers every operation for ever. */
export async function carriedOut(installation: Pick<Installation, 'connect'>) {
  const createBackup = await operationsBegun(installation, 'takeBackup');
  const held = await heldBackups(installation);
  return {
    createBackup,
    restoreBackup: await operationsBegun(installation, 'restoreMachine'),
    deleteBackup: held.filter(({ state }) => state === 'deleted').length,
  };
}

/** Everything that contradicts itself when no job is running any more; empty if all is well. */
export const contradictions = async (installation: Pick<Installation, 'connect'>, done: readonly Done[]): Promise<string[]> => {
  const held = (await heldBackups(installation)).filter(({ state }) => state === 'held');
  return inDatabase(installation, async (knex) => {
    const rows = async (table: string) => (await knex(table).select()) as Readonly<Record<string, unknown>>[];
    const [jobs, backups, machines, volumes] = [
      await rows('async_job'),
      await rows('backups'),
      await rows('virtual_machine'),
      await rows('volume'),
    ];
    const assignments = await rows('backup_policy_vm_map');
    const found: string[] = [];
    const check = (what: string, about: unknown, isWell: boolean) => void (isWell || found.push(`${what}: ${JSON.stringify(about)}`));
    for (const job of jobs) {
      check('a job that has not succeeded', job, job.status === 1 && job.result !== null);
      check('a job that somebody holds', job, job.holder === null && job.leaseUntil === null && job.runningMachine === null);
    }
    for (const machine of machines) check('a machine in a passing state', machine, machine.restoreOperation === null);
    for (const volume of volumes)
      check('a volume in a passing state', volume, volume.restoreOperation === null && volume.state !== 'Copying');
    for (const assignment of assignments) check('an assignment in a passing state', assignment, assignment.state === 'Assigned');
    for (const backup of backups) check('a backup in a passing state', backup, ['BackedUp', 'Removed'].includes(String(backup.status)));
    const live = backups.filter(({ status }) => status === 'BackedUp');
    for (const { externalId } of live)
      check(
        'a row without a backup',
        externalId,
        held.some((one) => one.externalId === externalId),
      );
    for (const { externalId, restores } of held) {
      const row = live.find((one) => one.externalId === externalId);
      const wanted = done.filter(({ command, backupId }) => command === 'restoreBackup' && backupId === row?.uuid).length;
      check('a backup that no row has', externalId, row !== undefined);
      check('a backup restored more or less often than was asked for', { externalId, restores, wanted }, restores === wanted);
    }
    return found;
  });
};
