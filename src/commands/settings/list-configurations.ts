import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { configurationResponse, toConfigurationResponse } from '../responses/configuration.js';

@ApiCommand({ name: 'listConfigurations', description: 'Lists all configurations.', roles: ['Admin'], returns: configurationResponse })
export class ListConfigurationsCmd extends PagedCommand {
  @Parameter({ type: 'string', description: 'lists configuration by name, or by a part of it' })
  name: string | undefined;

  @Parameter({ type: 'string', description: 'lists configurations by category' })
  category: string | undefined;

  @Parameter({
    type: 'uuid',
    entity: 'zone',
    description: 'the ID of the Zone to list the configurations that a zone may have, with the values that hold there',
  })
  zoneId: string | undefined;

  execute(services: Services) {
    const { name, category, keyword, zoneId: zoneUuid } = this;
    const { rows, total } = services.settingsManager.list({ name, category, keyword, zoneUuid }, this.pageOf(services));
    return list('configuration', rows.map(toConfigurationResponse), total);
  }
}
