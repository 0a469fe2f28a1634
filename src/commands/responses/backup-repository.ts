import { given, responseOf, type Fields } from '../../api/response.js';
import type { RepositoryView } from '../../backup/backup-repository-manager.js';

export const backupRepositoryResponse = responseOf('backuprepository', {
  id: ['string', 'ID of the backup repository'],
  name: ['string', 'name of the backup repository'],
  address: ['string', 'where the file share is'],
  provider: ['string', 'backup provider that uses it'],
  type: ['string', 'nfs, cifs or ceph'],
  mountopts: ['string', 'options with which it is mounted; absent if there are none'],
  capacitybytes: ['long', 'how many bytes it can hold, if that is known'],
  crosszoneinstancecreation: ['boolean', 'whether machines may be created in other zones from the backups in it'],
  zoneid: ['string', 'ID of its zone'],
  zonename: ['string', 'name of its zone'],
  created: ['date', 'when it was added'],
});

export const toBackupRepositoryResponse = (repository: RepositoryView): Fields<typeof backupRepositoryResponse> => ({
  id: repository.uuid,
  name: repository.name,
  address: repository.address,
  provider: repository.provider,
  type: repository.type,
  mountopts: repository.mountOptions.trim() || undefined,
  capacitybytes: given(repository.capacityBytes),
  crosszoneinstancecreation: repository.crossZone,
  zoneid: repository.zone.uuid,
  zonename: repository.zone.name,
  created: repository.created,
});
