import { given, responseOf, type Fields } from '../../api/response.js';
import { headersOf } from '../../webhooks/message.js';
import type { SentDelivery } from '../../webhooks/webhook-delivery-manager.js';

export const webhookDeliveryResponse = responseOf('webhookdelivery', {
  id: ['string', 'ID of the delivery; absent for a trial, which is not kept'],
  eventid: ['string', 'ID of the event, the same each time it is sent'],
  eventtype: ['string', 'what was done'],
  webhookid: ['string', 'ID of the webhook'],
  webhookname: ['string', 'name of the webhook'],
  headers: ['string', 'what is sent before the payload, without the signature'],
  payload: ['string', 'what is sent'],
  state: ['string', 'Pending, Delivered, or Failed if it has been given up'],
  success: ['boolean', 'whether it has arrived; absent while it is pending'],
  attempts: ['integer', 'how often it was tried'],
  response: ['string', 'the beginning of what the receiver answered to the last attempt, or why there was no answer'],
  startdate: ['date', 'when the last attempt began'],
  enddate: ['date', 'when it ended'],
  created: ['date', 'when the event happened, or was sent at once'],
});

export const toWebhookDeliveryResponse = (delivery: SentDelivery): Fields<typeof webhookDeliveryResponse> => ({
  id: delivery.uuid,
  eventid: delivery.eventUuid,
  eventtype: delivery.eventType,
  webhookid: delivery.webhookUuid,
  webhookname: delivery.webhookName,
  headers: Object.entries(headersOf(delivery))
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n'),
  payload: delivery.payload,
  state: delivery.state,
  success: delivery.state === 'Pending' ? undefined : delivery.state === 'Delivered',
  attempts: delivery.attempts,
  response: given(delivery.response),
  startdate: given(delivery.started),
  enddate: given(delivery.completed),
  created: delivery.created,
});
