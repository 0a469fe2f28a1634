import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { alertResponse, toAlertResponse } from '../responses/alert.js';

@ApiCommand({
  name: 'listAlerts',
  description: 'Lists what administrators should look after, newest first',
  roles: ['Admin'],
  returns: alertResponse,
})
export class ListAlertsCmd extends PagedCommand {
  @Parameter({ type: 'uuid', entity: 'alert', description: 'only the alert with this ID' })
  id: string | undefined;

  @Parameter({ type: 'string', alsoNamed: ['name'], description: 'only alerts of this type, by its name or its number' })
  type: string | undefined;

  async execute(services: Services) {
    const { id: uuid, type, keyword } = this;
    const { rows, total } = await services.alerts.list({ uuid, type, keyword }, this.pageOf(services));
    return list('alert', rows.map(toAlertResponse), total);
  }
}
