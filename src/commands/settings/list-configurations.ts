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

  @Parameter({ type: 'string', since: '4.18.0', description: 'only settings of this group' })
  group: string | undefined;

  @Parameter({ type: 'string', since: '4.18.0', description: 'only settings of this part of the group' })
  subgroup: string | undefined;

  @Parameter({ type: 'string', since: '4.18.0', description: 'only settings that go with the one of this name; none does' })
  parent: string | undefined;

  @Parameter({
    type: 'uuid',
    entity: 'zone',
    description: 'only settings that a zone may have of its own, with the values that hold in this zone',
  })
  zoneId: string | undefined;

  @Parameter({
    type: 'uuid',
    entity: 'account',
    description: 'only settings that an account may have of its own, with the values for this one',
  })
  accountId: string | undefined;

  @Parameter({
    type: 'uuid',
    entity: 'domain',
    description: 'only settings that a domain may have of its own, with the values for this one',
  })
  domainId: string | undefined;

  async execute(services: Services) {
    const { name, category, group, subgroup, parent, keyword, zoneId: zoneUuid, accountId: accountUuid, domainId: domainUuid } = this;
    const filter = { name, category, group, subgroup, parent, keyword, zoneUuid, accountUuid, domainUuid };
    const { rows, total } = await services.settingsManager.list(filter, this.pageOf(services));
    return list('configuration', rows.map(toConfigurationResponse), total);
  }
}
