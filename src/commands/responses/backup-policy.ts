import { responseOf, type Fields } from '../../api/response.js';
import type { ExternalOffering } from '../../backup/backup-offering-manager.js';
import type { BackupOffering } from '../../dao/backup-offering-dao.js';
import type { Zone } from '../../dao/zone-dao.js';

export const backupPolicyResponse = responseOf('backuppolicy', {
  id: ['string', 'internal backup policy id; absent for a policy of the provider that has not been imported'],
  name: ['string', 'name of the backup policy'],
  description: ['string', 'description of the backup policy'],
  externalid: ['string', 'id of the policy at the backup provider'],
  zoneid: ['string', 'zone id'],
  zonename: ['string', 'name of its zone'],
  allowuserdrivenbackups: ['boolean', 'whether users may take backups themselves'],
  provider: ['string', 'the backup provider of the policy'],
  created: ['date', 'the date when the policy was imported'],
});

type BackupPolicyFields = Fields<typeof backupPolicyResponse>;

export const toBackupPolicyResponse = (offering: BackupOffering, zone: Zone): BackupPolicyFields => ({
  id: offering.uuid,
  name: offering.name,
  description: offering.description,
  externalid: offering.externalId,
  zoneid: zone.uuid,
  zonename: zone.name,
  allowuserdrivenbackups: offering.userDriven,
  provider: offering.provider,
  created: offering.created,
});

export const toExternalPolicyResponse = ({ externalId, name, description, zone }: ExternalOffering): Partial<BackupPolicyFields> => ({
  name,
  description,
  externalid: externalId,
  zoneid: zone.uuid,
  zonename: zone.name,
});
