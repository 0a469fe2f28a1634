import { definePlugin, PROVIDER_API } from '../../../src/provider/index.js';

/** A backup plugin without a fault; the plugins in these folders differ from it in one thing each. */
export const samplePlugin = definePlugin({
  kind: 'backup',
  name: 'sample',
  description: 'Sample',
  version: '1.0.0',
  apiVersion: PROVIDER_API,
  settings: {
    'some.text': { kind: 'string', description: 'a text', default: '' },
    count: { kind: 'integer', description: 'a number', default: '-1' },
    enabled: { kind: 'boolean', description: 'a choice', default: 'false' },
  },
  create: () => {
    throw new Error('a plugin is loaded and not made');
  },
});
