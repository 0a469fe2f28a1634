import { definePlugin, PROVIDER_API } from '../../../src/provider/index.js';
import { DummyProvider } from './dummy-provider.js';
import { SETTINGS } from './settings.js';

export default definePlugin({
  kind: 'backup',
  name: 'dummy',
  description: 'Dummy backup provider: keeps its backups in the server database',
  version: '1.0.0',
  apiVersion: PROVIDER_API,
  settings: SETTINGS,
  create: (settings, host) => new DummyProvider(settings, host),
});
