import { definePlugin, PROVIDER_API, ProviderError } from '../../../src/provider/index.js';
import { SETTINGS } from './settings.js';

export default definePlugin({
  kind: 'backup',
  name: 'veeam',
  description: 'Veeam Backup & Replication, over its REST APIs',
  version: '1.0.0',
  apiVersion: PROVIDER_API,
  settings: SETTINGS,
  create: () => {
    throw new ProviderError('unsupported', 'the provider is not finished');
  },
});
