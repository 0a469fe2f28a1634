import { responseOf, type Fields } from '../../api/response.js';
import type { ExternalOffering } from '../../backup/backup-offering-manager.js';
import type { BackupOfferingView } from '../../dao/backup-offering-dao.js';
import type { Zone } from '../../dao/zone-dao.js';
import { limits } from '../../retention-rule.js';
import { keepFields, toKeepFields } from './retention.js';

export const backupOfferingResponse = responseOf('backupoffering', {
  id: ['string', 'ID of the backup offering'],
  name: ['string', 'name of the backup offering'],
  description: ['string', 'what users read about it'],
  provider: ['string', 'backup provider that it comes from'],
  externalid: ['string', 'ID by which that provider knows it'],
  allowuserdrivenbackups: ['boolean', 'whether users may take and schedule backups themselves'],
  zoneid: ['string', 'ID of its zone'],
  zonename: ['string', 'name of its zone'],
  crosszoneinstancecreation: ['boolean', 'true if machines may be created in other zones from its backups'],
  created: ['date', 'when it was imported'],
  maxbackups: ['integer', 'how many backups of each machine are kept, the newest; absent if nothing is said of it'],
  ...keepFields,
  keeptimezone: ['string', 'if anything is let go: time zone by whose clocks hours, days and so on are told'],
  keepmanual: ['boolean', 'true if backups on demand are let go too'],
});

export const toBackupOfferingResponse = (offering: BackupOfferingView, zone: Zone): Fields<typeof backupOfferingResponse> => ({
  id: offering.uuid,
  name: offering.name,
  description: offering.description,
  provider: offering.provider,
  externalid: offering.externalId,
  allowuserdrivenbackups: offering.userDriven,
  zoneid: zone.uuid,
  zonename: zone.name,
  crosszoneinstancecreation: offering.crossZone ? true : undefined,
  created: offering.created,
  maxbackups: offering.maxBackups || undefined,
  ...toKeepFields(offering),
  keeptimezone: limits(offering) ? offering.keepTimezone : undefined,
  keepmanual: offering.keepManual || undefined,
});

/** An offering that has not been imported: its id is the provider's, which clients send back as the external id. */
export const toExternalOfferingResponse = (offering: ExternalOffering): Partial<Fields<typeof backupOfferingResponse>> => ({
  id: offering.externalId,
  name: offering.name,
  description: offering.description,
  provider: offering.provider,
  externalid: offering.externalId,
  allowuserdrivenbackups: true,
  zoneid: offering.zone.uuid,
  zonename: offering.zone.name,
});
