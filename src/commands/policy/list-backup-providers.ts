import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { Services } from '../../services.js';
import { responseOf } from '../../api/response.js';

@ApiCommand({
  name: 'listBackupProviders',
  description: 'Lists the backup providers that are installed',
  since: '4.14.0',
  roles: ['Admin'],
  returns: responseOf('providers', {
    name: ['string', 'the name of the provider'],
    description: ['string', 'the description of the provider'],
  }),
})
export class ListBackupProvidersCmd extends Command {
  @Parameter({ type: 'string', description: 'only the provider with this name' })
  name: string | undefined;

  execute({ offerings }: Services) {
    const providers = offerings.providers(this.name);
    return list('providers', providers, providers.length);
  }
}
