import type { Answer } from '../../../src/client/api-client.js';
import { insertWebhook, insertWebhookDelivery } from '../builders.js';
import { NOBODY } from '../scene.js';
import { row, rowOfReader, type Row, type Stage } from './scene.js';

const WISH = { name: 'Records', description: 'what is done', payloadurl: 'https://hooks.example.org/records', state: 'Disabled' };

const made = async ({ server }: Stage): Promise<string> =>
  String(((await server.admin.call('createWebhook', { ...WISH, secretkey: 'hush-hush' })).webhook as Answer).id);

/** A delivery to a receiver that nothing is sent to. */
async function delivered({ server: { db } }: Stage): Promise<string> {
  return insertWebhookDelivery(db.daos, await insertWebhook(db.daos, { name: 'Records', state: 'Disabled' }));
}

/** Who is told of events. */
export const WEBHOOKS: readonly Row[] = [
  row('createWebhook', () => ({ ...WISH, secretkey: 'hush-hush' })),
  row('updateWebhook', async (stage) => ({
    id: await made(stage),
    name: 'Archive',
    scope: 'Global',
    secretkey: '',
    sslverification: 'false',
  })),
  row('listWebhooks', async (stage) => ({ id: await made(stage) })),
  row('deleteWebhook', async (stage) => ({ id: await made(stage) })),
  row('listWebhookDeliveries', async (stage) => ({ id: await delivered(stage) })),
  row('executeWebhookDelivery', async (stage) => ({ id: await delivered(stage) })),
  row('deleteWebhookDelivery', async (stage) => ({ id: await delivered(stage) })),
];

/** What is refused of it. */
export const REFUSED_WEBHOOKS: readonly Row[] = [
  row('createWebhook.address', () => ({ ...WISH, payloadurl: 'http://169.254.169.254/latest' })),
  row('createWebhook.scheme', () => ({ ...WISH, payloadurl: 'file:///etc/passwd' })),
  row('createWebhook.state', () => ({ ...WISH, state: 'on' })),
  rowOfReader('createWebhook.scope', () => ({ ...WISH, scope: 'Global' })),
  rowOfReader('updateWebhook.denied', async (stage) => ({ id: await made(stage), name: 'Mine' })),
  row('listWebhooks.nothing', () => ({ id: NOBODY })),
  row('deleteWebhookDelivery.everything', () => ({})),
  row('executeWebhookDelivery.nothing', () => ({})),
];
