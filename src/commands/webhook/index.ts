import type { CommandClass } from '../../api/command.js';
import { CreateWebhookCmd } from './create-webhook.js';
import { DeleteWebhookCmd } from './delete-webhook.js';
import { DeleteWebhookDeliveryCmd } from './delete-webhook-delivery.js';
import { ExecuteWebhookDeliveryCmd } from './execute-webhook-delivery.js';
import { ListWebhookDeliveriesCmd } from './list-webhook-deliveries.js';
import { ListWebhooksCmd } from './list-webhooks.js';
import { UpdateWebhookCmd } from './update-webhook.js';

export const webhookCommands: readonly CommandClass[] = [
  CreateWebhookCmd,
  DeleteWebhookCmd,
  DeleteWebhookDeliveryCmd,
  ExecuteWebhookDeliveryCmd,
  ListWebhookDeliveriesCmd,
  ListWebhooksCmd,
  UpdateWebhookCmd,
];
