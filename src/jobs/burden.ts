import type { Subject } from '../api/command.js';
import type { Burden } from '../dao/job-dao.js';
import type { Daos } from '../dao/database.js';

export const NO_BURDEN: Burden = { zoneId: null, providerKey: null, repositoryKey: null, hostKey: null };

/**
 * Whom work at the backup provider burdens, as things stand when it is asked for: the provider in the zone, the repository, and the
 * host of the machine. A machine that is in no offering burdens nobody.
 */
export async function burdenOf(daos: Daos, { uuid, machineUuid, backupUuid, type }: Subject): Promise<Burden> {
  const readUuid = backupUuid ?? (type === 'Backup' ? uuid : undefined);
  const backup = readUuid === undefined ? undefined : await daos.backups.findByUuid(readUuid);
  const vm = machineUuid === undefined ? undefined : await daos.vms.findByUuid(machineUuid);
  const policyId = backup?.policyId ?? (vm && (await daos.assignments.findByVm(vm.id))?.policyId);
  const offering = policyId === undefined ? undefined : await daos.offerings.findByIdIncludingRemoved(policyId);
  if (!offering) return NO_BURDEN;
  const { zoneId, provider, externalId } = offering;
  const repository = await daos.repositories.findByUuid(externalId);
  return {
    zoneId,
    providerKey: `${zoneId}/${provider}`,
    repositoryKey: repository?.uuid ?? null,
    hostKey: vm && vm.host !== null ? `${vm.zoneId}/${vm.host}` : null,
  };
}
