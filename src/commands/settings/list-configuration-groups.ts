import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { Services } from '../../services.js';
import { configurationGroupResponse, toConfigurationGroupResponse } from '../responses/configuration.js';
import { PagedCommand } from '../paged-command.js';

@ApiCommand({
  name: 'listConfigurationGroups',
  description: 'Lists the groups that settings belong to, with their parts',
  since: '4.18.0',
  roles: ['Admin'],
  returns: configurationGroupResponse,
})
export class ListConfigurationGroupsCmd extends PagedCommand {
  @Parameter({ type: 'string', description: 'only the group of this name' })
  group: string | undefined;

  execute(services: Services) {
    const { rows, total } = services.settingsManager.listGroups({ name: this.group, keyword: this.keyword }, this.pageOf(services));
    return list('configurationgroup', rows.map(toConfigurationGroupResponse), total);
  }
}
