import { given, responseOf, type Fields } from '../../api/response.js';
import { readManifest } from '../../backup/manifest.js';
import type { BackupView } from '../../dao/backup-dao.js';
import type { Volume } from '../../provider/index.js';

export const backupResponse = responseOf('backup', {
  id: ['string', 'ID of the VM backup'],
  name: ['string', 'name of the backup'],
  description: ['string', 'description for the backup'],
  virtualmachineid: ['string', 'ID of the VM'],
  virtualmachinename: ['string', 'name of the VM'],
  externalid: ['string', 'external backup id'],
  type: ['string', 'backup type'],
  created: ['date', 'backup date'],
  size: ['long', 'backup size in bytes'],
  virtualsize: ['long', 'backup protected (virtual) size in bytes'],
  status: ['string', 'backup status'],
  volumes: ['string', 'backed up volumes, as the text of a JSON array'],
  volumeids: ['list', 'the ids of the backed up volumes'],
  backupofferingid: ['string', 'backup offering id'],
  backupofferingname: ['string', 'backup offering name'],
  accountid: ['string', 'account id'],
  account: ['string', 'account name'],
  domainid: ['string', 'domain id'],
  domain: ['string', 'domain name'],
  zoneid: ['string', 'zone id'],
  zone: ['string', 'zone name'],
  intervaltype: ['string', 'Interval type of the backup'],
  vmbackupofferingremoved: ['boolean', 'true if the VM is no longer in the offering of the backup'],
  isbackupvmexpunged: ['boolean', 'true if the VM of the backup has been expunged'],
});

export function toBackupResponse(backup: BackupView): Fields<typeof backupResponse> {
  const { volumes } = readManifest(backup.manifest);
  return {
    id: backup.uuid,
    name: backup.name,
    description: given(backup.description),
    virtualmachineid: backup.vmUuid,
    virtualmachinename: backup.vmName,
    externalid: given(backup.externalId),
    type: backup.type,
    created: backup.created,
    size: backup.sizeBytes,
    virtualsize: backup.protectedSizeBytes,
    status: backup.status,
    volumes: JSON.stringify(volumes.map(toVolumeText)),
    volumeids: volumes.map(({ uuid }) => uuid),
    backupofferingid: backup.offeringUuid,
    backupofferingname: backup.offeringName,
    accountid: backup.accountUuid,
    account: backup.accountName,
    domainid: backup.domainUuid,
    domain: backup.domainPath.split('/').at(-1),
    zoneid: backup.zoneUuid,
    zone: backup.zoneName,
    intervaltype: 'MANUAL',
    vmbackupofferingremoved: backup.assignedPolicyId === backup.policyId ? undefined : true,
    isbackupvmexpunged: backup.vmRemoved ? true : undefined,
  };
}

/** A volume with the keys that clients of CloudStack read. */
const toVolumeText = ({ uuid, type, sizeBytes, path, deviceNumber }: Volume) => ({
  uuid,
  type,
  size: sizeBytes,
  path,
  deviceId: deviceNumber,
});
