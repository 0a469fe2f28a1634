import { responseOf, type Fields } from '../../api/response.js';
import type { SyncReport } from '../../backup/backup-sync.js';

export const backupSyncResponse = responseOf('backupsync', {
  zoneid: ['string', 'ID of the zone'],
  zonename: ['string', 'name of the zone'],
  provider: ['string', 'name of the backup provider'],
  success: ['boolean', 'whether all that the provider holds there could be read and believed; if not, no backup was changed'],
  failure: ['string', 'why not'],
  looked: ['integer', 'backups that the provider showed'],
  adopted: ['integer', 'backups that were not known here, and are now'],
  updated: ['integer', 'backups whose sizes had changed'],
  missing: ['integer', 'backups that are Missing from now on'],
  back: ['integer', 'backups that were Missing and are there again'],
  settled: ['integer', 'operations that nobody had brought to their end'],
  cleaned: ['integer', 'failed backups and restores of volumes whose remains were removed'],
  unclaimed: ['integer', 'backups at the provider whose machine is not known here, or was never in an offering of the provider'],
});

export const toBackupSyncResponse = ({ zone, provider, counts, failure }: SyncReport): Fields<typeof backupSyncResponse> => ({
  zoneid: zone.uuid,
  zonename: zone.name,
  provider,
  success: failure === undefined,
  failure,
  ...counts,
});
