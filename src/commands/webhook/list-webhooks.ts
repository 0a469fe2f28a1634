import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { OwnedListCommand } from '../owned-list-command.js';
import { toWebhookResponse, webhookResponse } from '../responses/webhook.js';

@ApiCommand({
  name: 'listWebhooks',
  description: 'Lists the addresses that events are sent to',
  since: '4.20.0',
  roles: EVERYONE,
  returns: webhookResponse,
})
export class ListWebhooksCmd extends OwnedListCommand {
  @Parameter({ type: 'uuid', entity: 'webhook', description: 'only the webhook with this ID' })
  id: string | undefined;

  @Parameter({ type: 'string', description: 'only webhooks with this name' })
  name: string | undefined;

  @Parameter({ type: 'string', description: 'only webhooks in this state: Enabled or Disabled' })
  state: string | undefined;

  @Parameter({ type: 'string', description: 'only webhooks of this scope: Local, Domain or Global' })
  scope: string | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { id: uuid, name, state, scope, keyword } = this;
    const owners = this.ownersWished(uuid);
    const { rows, total } = await services.webhooks.list(caller, owners, { uuid, name, state, scope, keyword }, this.pageOf(services));
    return list('webhook', rows.map(toWebhookResponse), total);
  }
}
