import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toWebhookResponse, webhookResponse } from '../responses/webhook.js';
import { WebhookCommand } from './webhook-command.js';

@ApiCommand({
  name: 'updateWebhook',
  description: 'Changes a webhook; what is not given stays as it is, and an empty secretkey takes the secret away',
  since: '4.20.0',
  roles: EVERYONE,
  event: 'WEBHOOK.UPDATE',
  returns: webhookResponse,
})
export class UpdateWebhookCmd extends WebhookCommand {
  @Parameter({ type: 'uuid', required: true, entity: 'webhook', description: 'ID of the webhook' })
  id!: string;

  @Parameter({ type: 'string', description: 'its new name' })
  name: string | undefined;

  @Parameter({ type: 'string', length: 2048, sensitive: true, description: 'where events are sent from now on' })
  payloadUrl: string | undefined;

  async execute({ webhooks }: Services, { caller }: CallContext) {
    const { name, payloadUrl } = this;
    return { webhook: toWebhookResponse(await webhooks.update(caller, this.id, { ...this.said(), name, payloadUrl })) };
  }
}
