import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { toWebhookDeliveryResponse, webhookDeliveryResponse } from '../responses/webhook-delivery.js';

@ApiCommand({
  name: 'listWebhookDeliveries',
  description: 'Lists what webhooks have been told, and are still to be told, newest first',
  since: '4.20.0',
  roles: EVERYONE,
  returns: webhookDeliveryResponse,
})
export class ListWebhookDeliveriesCmd extends PagedCommand {
  @Parameter({ type: 'uuid', entity: 'webhookdelivery', description: 'only the delivery with this ID' })
  id: string | undefined;

  @Parameter({ type: 'uuid', entity: 'webhook', description: 'only deliveries of this webhook' })
  webhookId: string | undefined;

  @Parameter({ type: 'date', description: 'only deliveries from this time on' })
  startDate: Date | undefined;

  @Parameter({ type: 'date', description: 'only deliveries up to this time' })
  endDate: Date | undefined;

  @Parameter({ type: 'string', description: 'only deliveries of events of this type, such as BACKUP.CREATE' })
  eventType: string | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { id: uuid, webhookId: webhookUuid, startDate: since, endDate: until, eventType, keyword } = this;
    const wish = { uuid, webhookUuid, since, until, eventType, keyword };
    const { rows, total } = await services.webhookDeliveries.list(caller, wish, this.pageOf(services));
    return list('webhookdelivery', rows.map(toWebhookDeliveryResponse), total);
  }
}
