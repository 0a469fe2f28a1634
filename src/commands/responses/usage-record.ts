import { responseOf, type Fields } from '../../api/response.js';
import type { UsageRecord } from '../../usage/usage-manager.js';
import { BACKUP_USAGE } from '../../usage/usage-type.js';

export const usageRecordResponse = responseOf('usagerecord', {
  account: ['string', 'name of the account that used it'],
  accountid: ['string', 'ID of that account'],
  domain: ['string', 'name of the domain of that account'],
  domainid: ['string', 'ID of that domain'],
  zoneid: ['string', 'ID of the zone'],
  description: ['string', 'what was used, in words'],
  usage: ['string', 'for how many hours, with the unit'],
  usagetype: ['integer', 'number of the usage type'],
  rawusage: ['string', 'for how many hours'],
  virtualmachineid: ['string', 'ID of the machine that was protected or had backups'],
  name: ['string', 'name of that machine'],
  usageid: ['string', 'ID of what was used: the machine'],
  offeringid: ['string', 'ID of the backup offering'],
  size: ['long', 'bytes that the backups occupied at the provider when the period ended'],
  virtualsize: ['long', 'size in bytes of the disks that those backups hold'],
  startdate: ['date', 'when the period began'],
  enddate: ['date', 'when the period ended, or now if that is earlier'],
});

const HOUR_MS = 3_600_000;

export function toUsageRecordResponse(record: UsageRecord): Fields<typeof usageRecordResponse> {
  const hours = (record.milliseconds / HOUR_MS).toFixed(6);
  return {
    account: record.accountName,
    accountid: record.accountUuid,
    domain: record.domainPath.split('/').at(-1),
    domainid: record.domainUuid,
    zoneid: record.zoneUuid,
    description: `Backup of virtual machine ${record.vmName} under offering ${record.offeringName}`,
    usage: `${hours} Hrs`,
    usagetype: BACKUP_USAGE.id,
    rawusage: hours,
    virtualmachineid: record.vmUuid,
    name: record.vmName,
    usageid: record.vmUuid,
    offeringid: record.offeringUuid,
    size: record.storedBytes,
    virtualsize: record.logicalBytes,
    startdate: record.period.start,
    enddate: record.period.end,
  };
}
