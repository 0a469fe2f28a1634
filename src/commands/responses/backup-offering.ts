import { responseOf, type Fields } from '../../api/response.js';
import type { ExternalOffering } from '../../backup/backup-offering-manager.js';
import type { BackupOffering } from '../../dao/backup-offering-dao.js';
import type { Zone } from '../../dao/zone-dao.js';

export const backupOfferingResponse = responseOf('backupoffering', {
  id: ['string', 'ID of the backup offering'],
  name: ['string', 'name for the backup offering'],
  description: ['string', 'description for the backup offering'],
  provider: ['string', 'provider name'],
  externalid: ['string', 'external ID on the provider side'],
  allowuserdrivenbackups: ['boolean', 'whether offering allows user driven ad-hoc/scheduled backups'],
  zoneid: ['string', 'zone ID'],
  zonename: ['string', 'zone name'],
  created: ['date', 'the date this backup offering was created'],
});

export const toBackupOfferingResponse = (offering: BackupOffering, zone: Zone): Fields<typeof backupOfferingResponse> => ({
  id: offering.uuid,
  name: offering.name,
  description: offering.description,
  provider: offering.provider,
  externalid: offering.externalId,
  allowuserdrivenbackups: offering.userDriven,
  zoneid: zone.uuid,
  zonename: zone.name,
  created: offering.created,
});

/** An offering that has not been imported: its id is the provider's, which clients send back as the external id. */
export const toExternalOfferingResponse = (offering: ExternalOffering): Fields<typeof backupOfferingResponse> => ({
  id: offering.externalId,
  name: offering.name,
  description: offering.description,
  provider: offering.provider,
  externalid: offering.externalId,
  allowuserdrivenbackups: true,
  zoneid: offering.zone.uuid,
  zonename: offering.zone.name,
  created: undefined,
});
