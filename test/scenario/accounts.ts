import type { Backup } from '../../src/dao/backup-dao.js';
import { contradictionsIn, heldIn } from '../kit/contradictions.js';
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

/** Everything that contradicts itself when no job is running any more, or that came out otherwise than was asked for; empty if all is well. */
export const contradictions = (installation: Pick<Installation, 'connect'>, done: readonly Done[]): Promise<string[]> =>
  inDatabase(installation, async (knex) => {
    const backups = (await knex('backups')) as Pick<Backup, 'uuid' | 'externalId'>[];
    const failed = (await knex('async_job').whereNot({ status: 1 })) as object[];
    const held = (await heldIn(knex)).filter(({ state }) => state === 'held');
    const wrong = held.flatMap(({ externalId, restores }) => {
      const row = backups.find((one) => one.externalId === externalId);
      const wanted = done.filter(({ command, backupId }) => command === 'restoreBackup' && backupId === row?.uuid).length;
      return restores === wanted ? [] : [`the backup ${externalId} was restored ${restores} times, and ${wanted} times were asked for`];
    });
    return [...(await contradictionsIn(knex)), ...failed.map((job) => `a job that has not succeeded: ${JSON.stringify(job)}`), ...wrong];
  });
