import type { Knex } from 'knex';
import type { Backup } from '../../src/dao/backup-dao.js';
import type { Job } from '../../src/dao/job-dao.js';
import type { OfferingAssignment } from '../../src/dao/offering-assignment-dao.js';
import type { LedgerEntry } from '../../src/dao/usage-ledger-dao.js';
import type { Vm } from '../../src/dao/vm-dao.js';
import type { Volume } from '../../src/dao/volume-dao.js';

/** What the dummy provider has recorded of one backup, see its `HeldBackup`. */
export interface Held {
  readonly state: string;
  readonly externalId: string;
  readonly operationId: string;
  readonly restores: number;
}

/** What names the lease of a request, unlike that of a periodic task. */
const OPERATION = /^[0-9a-f-]{36}$/;
const SETTLED_MACHINES = new Set(['Running', 'Stopped', 'Destroyed', 'Expunging']);

/** Every backup in the memory of the dummy provider. */
export async function heldIn(knex: Knex): Promise<Held[]> {
  const rows = (await knex('plugin_store').select('value').where('entry_key', 'like', 'backup/%')) as { value: string }[];
  return rows.map(({ value }) => JSON.parse(value) as Held);
}

/** The uuids of the machines that are in an offering of the dummy provider. */
async function assignedIn(knex: Knex): Promise<string[]> {
  const rows = knex('plugin_store').select('entryKey', 'value').where('entry_key', 'like', 'assignment/%');
  const assignments = (await rows) as { entryKey: string; value: string }[];
  const isIn = ({ value }: { value: string }) => (JSON.parse(value) as { offeringExternalId: string | null }).offeringExternalId !== null;
  return assignments.filter(isIn).map(({ entryKey }) => entryKey.slice('assignment/'.length));
}

/**
 * Everything in which the record contradicts itself, or the dummy provider, when nothing is going on any more and the providers have
 * been looked at: no row claims a backup or an assignment that the provider lacks, and none is there that no row has; nothing stays in a passing state,
 * no limit is held, and no job is without a result. Empty if all is well.
 */
export async function contradictionsIn(knex: Knex): Promise<string[]> {
  const held = (await heldIn(knex)).filter(({ state }) => state === 'held');
  const assigned = await assignedIn(knex);
  const [machines, assignments, jobs, backups, ledger] = [
    (await knex('virtual_machine')) as Vm[],
    (await knex('backup_policy_vm_map')) as OfferingAssignment[],
    (await knex('async_job')) as (Job & { runningMachine: string | null })[],
    (await knex('backups')) as Backup[],
    (await knex('usage_ledger')) as LedgerEntry[],
  ];
  return [
    ...jobs.filter(({ status, result }) => status === 0 || result === null).map(about('a job without a result')),
    ...jobs.filter(holdsSomething).map(about('a job that holds something')),
    ...machines.filter(isPassing).map(about('a machine in a passing state')),
    ...((await knex('volume')) as Volume[]).filter(isUnfinished).map(about('a volume in a passing state')),
    ...assignments.filter(({ state }) => state !== 'Assigned').map(about('an assignment in a passing state')),
    ...machines
      .filter(isIn(assignments))
      .filter(({ uuid }) => !assigned.includes(uuid))
      .map(about('a row without an assignment')),
    ...assigned
      .filter((uuid) => !machines.filter(isIn(assignments)).some((vm) => vm.uuid === uuid))
      .map((uuid) => `an assignment without a row: ${uuid}`),
    ...((await knex('lease')) as { name: string }[])
      .filter(({ name }) => OPERATION.test(name))
      .map(about('a lease of a request that has ended')),
    ...backups
      .filter(({ status, cleaned }) => status === 'BackingUp' || status === 'Deleting' || (status === 'Error' && cleaned === null))
      .map(about('a backup in a passing state')),
    ...backups.filter((row) => isClaimed(row) && !held.some((backup) => isOf(row, backup))).map(about('a row without a backup')),
    ...held.filter((backup) => !backups.some((row) => isClaimed(row) && isOf(row, backup))).map(about('a backup without a row')),
    ...backups.filter((row) => reasonsIn(ledger, row) !== (isClaimed(row) ? 1 : 0)).map(about('a backup that usage has otherwise')),
  ];
}

const about = (what: string) => (thing: object) => `${what}: ${JSON.stringify(thing)}`;

const isClaimed = ({ status }: Backup): boolean => status === 'BackedUp';

const isOf = ({ externalId }: Backup, backup: Held): boolean => externalId === backup.externalId;

const holdsSomething = (job: Job & { runningMachine: string | null }): boolean =>
  [job.holder, job.leaseUntil, job.runningMachine, job.accountSlot, job.providerSlot, job.repositorySlot, job.hostSlot].some(
    (hold) => hold !== null,
  );

const isPassing = ({ state, restoreOperation }: Vm): boolean => restoreOperation !== null || !SETTLED_MACHINES.has(state);

const isIn =
  (assignments: readonly OfferingAssignment[]) =>
  ({ id }: Vm): boolean =>
    assignments.some(({ vmId }) => vmId === id);

const isUnfinished = ({ state, restoreOperation }: Volume): boolean => restoreOperation !== null || state === 'Copying';

const reasonsIn = (ledger: readonly LedgerEntry[], { id }: Backup): number =>
  ledger.filter(({ backupId }) => backupId === id).reduce((sum, { reasons }) => sum + reasons, 0);
