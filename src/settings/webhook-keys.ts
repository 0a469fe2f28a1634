import type { DynamicKey } from './dynamic-keys.js';

/** What is sent to webhooks, where, and how often. */
export const WEBHOOK_KEYS = {
  'webhook.allowed.destinations': {
    kind: 'cidr list',
    default: '',
    scope: 'global',
    mayBeEmpty: true,
    about: 'private and other special addresses that webhooks may go to, such as 10.1.2.3/32; public ones need not be in it',
  },
  'webhook.delivery.tries': {
    kind: 'integer',
    default: '8',
    scope: 'global',
    atLeast: 1,
    atMost: 20,
    about: 'times that an event is sent to a webhook before it is given up; the pauses begin with 10 seconds and double, up to an hour',
  },
  'webhook.delivery.timeout': {
    kind: 'integer',
    default: '10',
    scope: 'global',
    atLeast: 1,
    atMost: 60,
    about: 'seconds in which the receiver of a webhook must have answered',
  },
  'webhook.delivery.thread.pool.size': {
    kind: 'integer',
    default: '5',
    scope: 'global',
    atLeast: 1,
    atMost: 100,
    about: 'events that each server sends to webhooks at the same time',
  },
  'webhook.deliveries.purge.delay': {
    kind: 'integer',
    default: '15',
    scope: 'global',
    atLeast: 0,
    about: 'days after which deliveries of webhooks are deleted, made or not; 0: never',
  },
  'max.account.webhooks': {
    kind: 'integer',
    default: '10',
    scope: 'global',
    atLeast: 0,
    atMost: 100,
    about: 'webhooks that an account may have',
  },
} as const satisfies Record<string, DynamicKey>;
