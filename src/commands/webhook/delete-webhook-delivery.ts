import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'deleteWebhookDelivery',
  description: 'Deletes what is known of deliveries; those that are pending will not be made',
  since: '4.20.0',
  roles: EVERYONE,
  event: 'WEBHOOK.DELIVERY.DELETE',
  returns: successResponse,
})
export class DeleteWebhookDeliveryCmd extends Command {
  @Parameter({ type: 'uuid', entity: 'webhookdelivery', description: 'only the delivery with this ID' })
  id: string | undefined;

  @Parameter({ type: 'uuid', entity: 'webhook', description: 'only deliveries of this webhook' })
  webhookId: string | undefined;

  @Parameter({ type: 'date', description: 'only deliveries from this time on' })
  startDate: Date | undefined;

  @Parameter({ type: 'date', description: 'only deliveries up to this time' })
  endDate: Date | undefined;

  async execute({ webhookDeliveries }: Services, { caller }: CallContext) {
    const { id: uuid, webhookId: webhookUuid, startDate: since, endDate: until } = this;
    await webhookDeliveries.delete(caller, { uuid, webhookUuid, since, until });
    return { success: true };
  }
}
