import { given, responseOf, type Fields } from '../../api/response.js';
import { readEvidence, type VolumeEvidence } from '../../backup/restore-evidence.js';
import type { RestoreView } from '../../dao/restore-dao.js';
import { virtualMachineResponse } from './virtual-machine.js';

const RESTORED_VOLUMES = [
  'list',
  'each volume with its verdict: Matches, SizeOnly where no digest is known, Differs or Missing; and with what was expected and found',
] as const;

/** What a restore answers beyond the success that clients of CloudStack read. */
export const restoredResponse = responseOf('success', {
  success: ['boolean', 'true if the command succeeded'],
  restoredvolumes: RESTORED_VOLUMES,
});

export const restoredMachineResponse = responseOf('virtualmachine', {
  ...virtualMachineResponse.fields,
  restoredvolumes: RESTORED_VOLUMES,
});

export const restoreResponse = responseOf('restore', {
  id: ['string', 'ID of the restore'],
  type: ['string', 'Machine for one put back in place, Volume for a single volume, NewMachine for one made of the backup'],
  backupid: ['string', 'ID of the backup, which may be gone'],
  virtualmachineid: ['string', 'ID of the virtual machine that has the volumes, which may be gone'],
  verdict: ['string', 'Matches, SizeOnly, Differs or Missing: the worst that is known of a volume'],
  restoredvolumes: RESTORED_VOLUMES,
  jobid: ['string', 'ID of the job, as long as that is known'],
  created: ['date', 'when the restored volumes were looked at'],
  accountid: ['string', 'ID of the account that owns the machine'],
  account: ['string', 'name of the account that owns the machine'],
  domainid: ['string', 'ID of the domain of that account'],
  domain: ['string', 'name of the domain of that account'],
  zoneid: ['string', 'ID of the zone of the machine'],
  zonename: ['string', 'name of that zone'],
});

export const toRestoredResponse = (volumes: readonly VolumeEvidence[]): Fields<typeof restoredResponse> => ({
  success: true,
  restoredvolumes: volumes.map(toRestoredVolume),
});

export const toRestoredVolume = ({ recordedUuid, uuid, expected, provider, source, verdict }: VolumeEvidence) => ({
  id: uuid,
  backupvolumeid: recordedUuid,
  verdict,
  size: expected.sizeBytes,
  digest: expected.digest,
  providersize: provider?.sizeBytes,
  providerdigest: provider?.digest,
  inventorysize: source?.sizeBytes,
  inventorydigest: source?.digest,
});

export const toRestoreResponse = (restore: RestoreView): Fields<typeof restoreResponse> => ({
  id: restore.uuid,
  type: restore.kind,
  backupid: restore.backupUuid,
  virtualmachineid: restore.vmUuid,
  verdict: restore.verdict,
  restoredvolumes: readEvidence(restore.volumes).map(toRestoredVolume),
  jobid: given(restore.jobUuid),
  created: restore.created,
  accountid: restore.accountUuid,
  account: restore.accountName,
  domainid: restore.domainUuid,
  domain: restore.domainPath.split('/').at(-1),
  zoneid: restore.zoneUuid,
  zonename: restore.zoneName,
});
