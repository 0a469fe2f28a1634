import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { configurationResponse, toConfigurationResponse } from '../responses/configuration.js';

@ApiCommand({
  name: 'listConfigurations',
  description: 'Lists settings and their values',
  roles: ['Admin'],
  returns: configurationResponse,
})
export class ListConfigurationsCmd extends PagedCommand {
  @Parameter({ type: 'string', description: 'only settings whose name contains this text' })
  name: string | undefined;

  @Parameter({ type: 'string', description: 'only settings of this category' })
  category: string | undefined;

  @Parameter({
    type: 'uuid',
    entity: 'zone',
    description: 'only settings that a zone may have of its own, with the values that hold in this zone',
  })
  zoneId: string | undefined;

  execute(services: Services) {
    const { name, category, keyword, zoneId: zoneUuid } = this;
    const { rows, total } = services.settingsManager.list({ name, category, keyword, zoneUuid }, this.pageOf(services));
    return list('configuration', rows.map(toConfigurationResponse), total);
  }
}
