import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toWebhookDeliveryResponse, webhookDeliveryResponse } from '../responses/webhook-delivery.js';

@ApiCommand({
  name: 'executeWebhookDelivery',
  description: 'Sends a delivery again at once, or a trial to a webhook or an address, and answers what came of it',
  since: '4.20.0',
  roles: EVERYONE,
  event: 'WEBHOOK.DELIVERY.EXECUTE',
  returns: webhookDeliveryResponse,
})
export class ExecuteWebhookDeliveryCmd extends Command {
  @Parameter({ type: 'uuid', entity: 'webhookdelivery', description: 'the delivery that is sent again' })
  id: string | undefined;

  @Parameter({ type: 'uuid', entity: 'webhook', description: 'the webhook that is tried' })
  webhookId: string | undefined;

  @Parameter({
    type: 'string',
    length: 2048,
    sensitive: true,
    description: 'where it is sent instead, not signed unless secretkey is given',
  })
  payloadUrl: string | undefined;

  @Parameter({ type: 'string', sensitive: true, description: 'secret with which it is signed instead' })
  secretKey: string | undefined;

  @Parameter({ type: 'boolean', description: 'whether the certificate of the receiver is checked' })
  sslVerification: boolean | undefined;

  @Parameter({
    type: 'string',
    length: 4096,
    sensitive: true,
    description: 'what a trial sends; to a webhook of another account not signed unless secretkey is given',
  })
  payload: string | undefined;

  async execute({ webhookDeliveries }: Services, { caller }: CallContext) {
    const { id: uuid, webhookId: webhookUuid, payloadUrl, secretKey, sslVerification, payload } = this;
    const sent = await webhookDeliveries.send(caller, { uuid, webhookUuid, payloadUrl, secretKey, sslVerification, payload });
    return { webhookdelivery: toWebhookDeliveryResponse(sent) };
  }
}
