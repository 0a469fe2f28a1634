import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toWebhookResponse, webhookResponse } from '../responses/webhook.js';
import { WebhookCommand } from './webhook-command.js';

@ApiCommand({
  name: 'createWebhook',
  description: 'Has events sent to an address from now on',
  since: '4.20.0',
  roles: EVERYONE,
  event: 'WEBHOOK.CREATE',
  returns: webhookResponse,
})
export class CreateWebhookCmd extends WebhookCommand {
  @Parameter({ type: 'string', required: true, description: 'name that the webhook gets' })
  name!: string;

  @Parameter({
    type: 'string',
    required: true,
    length: 2048,
    sensitive: true,
    description: 'where events are sent, such as https://hooks.example.org/backups',
  })
  payloadUrl!: string;

  @Parameter({ type: 'string', description: 'account that will own it; needs domainid' })
  account: string | undefined;

  @Parameter({
    type: 'uuid',
    entity: 'domain',
    description: 'domain of that account; without account, the domain that the scope Domain is about',
  })
  domainId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'project', description: 'there are no projects' })
  projectId: string | undefined;

  async execute({ webhooks }: Services, { caller }: CallContext) {
    const { name, payloadUrl, account, domainId: domainUuid, projectId: project } = this;
    const created = await webhooks.create(caller, { account, domainUuid, project }, { ...this.said(), name, payloadUrl });
    return { webhook: toWebhookResponse(created) };
  }
}
