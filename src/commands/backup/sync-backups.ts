import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { backupSyncResponse, toBackupSyncResponse } from '../responses/backup-sync.js';

@ApiCommand({
  name: 'syncBackups',
  description: 'Brings what is known of backups in step with what the backup providers hold, and reports what was different',
  roles: ['Admin'],
  event: 'BACKUP.SYNC',
  async: true,
  returns: backupSyncResponse,
})
export class SyncBackupsCmd extends Command {
  @Parameter({ type: 'uuid', entity: 'zone', description: 'only the backups of this zone' })
  zoneId: string | undefined;

  @Parameter({ type: 'string', description: 'only the backups of the provider with this name' })
  provider: string | undefined;

  @Parameter({
    type: 'boolean',
    description: 'true: believe a provider also if it shows only a part of the backups that it is known to hold',
  })
  forced: boolean | undefined;

  override subject({ backupSync }: Services): undefined {
    backupSync.check(this.wish());
  }

  async execute({ backupSync }: Services, call: CallContext) {
    const reports = await backupSync.sync(this.wish(), call);
    return list('backupsync', reports.map(toBackupSyncResponse), reports.length);
  }

  private wish() {
    return { zoneUuid: this.zoneId, provider: this.provider, forced: this.forced ?? false };
  }
}
