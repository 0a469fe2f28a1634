import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'deleteWebhook',
  description: 'Deletes a webhook and what is known of its deliveries; what it has not been told yet, it will not be told',
  since: '4.20.0',
  roles: EVERYONE,
  event: 'WEBHOOK.DELETE',
  returns: successResponse,
})
export class DeleteWebhookCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'webhook', description: 'ID of the webhook' })
  id!: string;

  async execute({ webhooks }: Services, { caller }: CallContext) {
    await webhooks.delete(caller, this.id);
    return { success: true };
  }
}
