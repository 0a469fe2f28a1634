import { definePlugin, PROVIDER_API } from '../../../src/provider/index.js';
import { transportOpener } from './open-transport.js';
import { SETTINGS } from './settings.js';
import { SharedClients } from './shared-clients.js';
import { VeeamProvider } from './veeam-provider.js';

const clients = new SharedClients();

export default definePlugin({
  kind: 'backup',
  name: 'veeam',
  description: 'Veeam Backup & Replication, over its REST APIs',
  version: '1.0.0',
  apiVersion: PROVIDER_API,
  settings: SETTINGS,
  create: (settings, host) => new VeeamProvider(settings, host, transportOpener(settings, host, clients)),
});
