import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { backupProviderResponse, toBackupProviderResponse } from '../responses/backup-provider.js';

@ApiCommand({
  name: 'listBackupProviders',
  description: 'Lists the backup providers that are installed',
  since: '4.14.0',
  roles: ['Admin'],
  returns: backupProviderResponse,
})
export class ListBackupProvidersCmd extends Command {
  @Parameter({ type: 'string', description: 'only the provider with this name' })
  name: string | undefined;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'the zone in which each provider is asked what it can do there now' })
  zoneId: string | undefined;

  async execute({ providers }: Services, call: CallContext) {
    const listed = await providers.list({ name: this.name, zoneUuid: this.zoneId }, call);
    return list('providers', listed.map(toBackupProviderResponse), listed.length);
  }
}
