import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { connectionResponse, toConnectionResponse } from '../responses/backup-provider.js';

@ApiCommand({
  name: 'checkBackupProvider',
  description:
    'Tries the way from a zone to the backup system of a provider step by step, with the settings that the zone has now; changes nothing',
  roles: ['Admin'],
  returns: connectionResponse,
})
export class CheckBackupProviderCmd extends Command {
  @Parameter({ type: 'uuid', entity: 'zone', required: true, description: 'the zone whose settings of the provider are tried' })
  zoneId!: string;

  @Parameter({ type: 'string', description: 'name of the provider; the one that the zone uses if absent' })
  provider: string | undefined;

  async execute({ providers }: Services, call: CallContext) {
    return { backupprovidercheck: toConnectionResponse(await providers.checkConnection(this.zoneId, this.provider, call)) };
  }
}
