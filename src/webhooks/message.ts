import { createHmac } from 'node:crypto';
import type { WebhookDelivery } from '../dao/webhook-delivery-dao.js';

/** What a receiver is told. */
export type Message = Pick<WebhookDelivery, 'eventUuid' | 'eventType' | 'accountUuid' | 'payload'>;

/** The headers of the message, in CloudStack's names, but for the signature. */
export const headersOf = ({ eventUuid, eventType, accountUuid, payload }: Message): Readonly<Record<string, string>> => ({
  'X-CS-Event-ID': eventUuid,
  'X-CS-Event': eventType,
  'User-Agent': `CS-Hookshot/${accountUuid}`,
  'Content-Type': isJson(payload) ? 'application/json' : 'text/plain; charset=utf-8',
});

/** By which the receiver sees that the payload comes from somebody who knows the secret. */
export const signatureOf = (payload: string, secret: string): Readonly<Record<string, string>> => ({
  'X-CS-Signature': createHmac('sha256', secret).update(payload, 'utf8').digest('base64'),
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
