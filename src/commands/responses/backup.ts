import { given, responseOf, type Fields } from '../../api/response.js';
import { readManifest } from '../../backup/manifest.js';
import type { BackupView } from '../../dao/backup-dao.js';
import type { Machine, Nic, Volume } from '../../provider/index.js';

export const backupResponse = responseOf('backup', {
  id: ['string', 'ID of the backup'],
  name: ['string', 'name of the backup'],
  description: ['string', 'note kept with the backup'],
  virtualmachineid: ['string', 'which virtual machine'],
  virtualmachinename: ['string', 'name of the machine that was backed up'],
  externalid: ['string', 'ID by which the provider knows the backup'],
  type: ['string', 'FULL or INCREMENTAL'],
  created: ['date', 'when the backup was taken'],
  size: ['long', 'size at the provider in bytes'],
  virtualsize: ['long', 'size of the disks that it holds, in bytes'],
  status: ['string', 'what state the backup is in'],
  volumes: ['string', 'backed up volumes, as the text of a JSON array'],
  volumeids: ['list', 'the ids of the backed up volumes'],
  backupofferingid: ['string', 'ID of the offering that it was taken under'],
  backupofferingname: ['string', 'name of the offering that it was taken under'],
  accountid: ['string', 'ID of the account that owns it'],
  account: ['string', 'name of the account that owns it'],
  domainid: ['string', 'ID of the domain of that account'],
  domain: ['string', 'name of the domain of that account'],
  zoneid: ['string', 'zone id'],
  zone: ['string', 'name of its zone'],
  vmdetails: ['map', 'with listvmdetails: what the machine was when it was backed up'],
  intervaltype: ['string', 'HOURLY, DAILY, WEEKLY, MONTHLY or CRON if a schedule that still exists took it, else MANUAL'],
  vmbackupofferingremoved: ['boolean', 'true if the VM is no longer in the offering of the backup'],
  isbackupvmexpunged: ['boolean', 'true if the VM of the backup has been expunged'],
  hold: ['boolean', 'true if it is on hold: nothing deletes it'],
  holdreason: ['string', 'why it is on hold'],
  holdsince: ['date', 'since when it is on hold'],
});

export function toBackupResponse(backup: BackupView, { withMachine }: { withMachine: boolean }): Fields<typeof backupResponse> {
  const { machine, volumes } = readManifest(backup.manifest);
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
    vmdetails: withMachine ? toMachineTexts(machine) : undefined,
    intervaltype: backup.intervalType ?? 'MANUAL',
    vmbackupofferingremoved: backup.assignedPolicyId === backup.policyId ? undefined : true,
    isbackupvmexpunged: backup.vmRemoved ? true : undefined,
    hold: backup.held ? true : undefined,
    holdreason: given(backup.holdReason),
    holdsince: given(backup.held),
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

/** A machine as clients of CloudStack read it from a backup: everything is text, and so are settings and interfaces, as JSON. */
const toMachineTexts = (machine: Machine) => ({
  hypervisor: machine.hypervisor,
  serviceofferingid: machine.serviceOfferingUuid,
  serviceofferingname: machine.serviceOfferingName,
  templateid: machine.templateUuid,
  templatename: machine.templateName,
  isiso: 'false',
  ostypeid: machine.osTypeUuid,
  osname: machine.osType,
  vmsettings: JSON.stringify(machine.settings),
  nics: JSON.stringify(machine.nics.map(toNicText)),
});

const toNicText = ({ networkUuid, networkName, ipAddress, macAddress }: Nic) => ({
  networkid: networkUuid,
  networkname: networkName,
  ipaddress: ipAddress,
  macaddress: macAddress,
});
