import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { Services } from '../../services.js';
import { backupRepositoryResponse, toBackupRepositoryResponse } from '../responses/backup-repository.js';

@ApiCommand({
  name: 'addBackupRepository',
  description: 'Makes a file share known as a place where a backup provider keeps backups',
  since: '4.20.0',
  roles: ['Admin'],
  event: 'BACKUP.REPOSITORY.ADD',
  returns: backupRepositoryResponse,
})
export class AddBackupRepositoryCmd extends Command {
  @Parameter({ type: 'string', required: true, description: 'name that the repository gets' })
  name!: string;

  @Parameter({ type: 'string', required: true, length: 1024, description: 'where the share is, such as nas.example.org:/backups' })
  address!: string;

  @Parameter({ type: 'string', required: true, description: 'what it is: nfs, cifs or ceph' })
  type!: string;

  @Parameter({ type: 'string', description: 'backup provider that uses it, loaded or not; nas if absent' })
  provider: string | undefined;

  @Parameter({
    type: 'string',
    length: 1024,
    sensitive: true,
    description: 'options with which the share is mounted, separated by commas; stored encrypted',
  })
  mountOpts: string | undefined;

  @Parameter({ type: 'uuid', required: true, entity: 'zone', description: 'zone whose machines are backed up to it' })
  zoneId!: string;

  @Parameter({ type: 'long', description: 'how many bytes it can hold, if that is known' })
  capacityBytes: number | undefined;

  @Parameter({
    type: 'boolean',
    since: '4.22.0',
    description: 'whether machines may be created in other zones from the backups in it; not if absent',
  })
  crossZoneInstanceCreation: boolean | undefined;

  async execute({ repositories }: Services) {
    const { name, address, type, zoneId: zoneUuid, capacityBytes } = this;
    const { provider = 'nas', mountOpts: mountOptions = '', crossZoneInstanceCreation: crossZone = false } = this;
    const added = await repositories.add({ name, address, type, provider, mountOptions, zoneUuid, capacityBytes, crossZone });
    return { backuprepository: toBackupRepositoryResponse(added) };
  }
}
