import { given, responseOf, type Fields } from '../../api/response.js';
import type { WebhookView } from '../../dao/webhook-dao.js';

export const webhookResponse = responseOf('webhook', {
  id: ['string', 'ID of the webhook'],
  name: ['string', 'name of the webhook'],
  description: ['string', 'what it is for'],
  state: ['string', 'Enabled or Disabled'],
  scope: ['string', 'Local: hears of its account; Domain: of one domain and those below it; Global: of everything'],
  scopedomainid: ['string', 'ID of the domain that it hears of; only for the scope Domain'],
  payloadurl: ['string', 'where events are sent'],
  sslverification: ['boolean', 'whether the certificate of the receiver is checked'],
  signed: ['boolean', 'whether events are signed, with a secret key that is not shown'],
  failingsince: ['date', 'since when events have been given up; absent while they arrive'],
  account: ['string', 'name of the account that owns it'],
  domainid: ['string', 'ID of its domain'],
  domain: ['string', 'name of its domain'],
  domainpath: ['string', 'path of its domain'],
  created: ['date', 'when it was made'],
});

export const toWebhookResponse = (webhook: WebhookView): Fields<typeof webhookResponse> => ({
  id: webhook.uuid,
  name: webhook.name,
  description: given(webhook.description),
  state: webhook.state,
  scope: webhook.scope,
  scopedomainid: webhook.scope === 'Domain' ? webhook.heardDomainUuid : undefined,
  payloadurl: webhook.payloadUrl,
  sslverification: webhook.sslVerification,
  signed: webhook.secretKey !== null,
  failingsince: given(webhook.failingSince),
  account: webhook.accountName,
  domainid: webhook.domainUuid,
  domain: webhook.domainPath.split('/').at(-1),
  domainpath: webhook.domainPath,
  created: webhook.created,
});
