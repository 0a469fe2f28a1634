import { definePlugin, PROVIDER_API } from '../../../src/provider/index.js';
import { Simulator } from './simulator.js';

export default definePlugin({
  kind: 'inventory',
  name: 'simulator',
  description: 'Machines that exist only in this server',
  version: '1.0.0',
  apiVersion: PROVIDER_API,
  settings: {
    'capacity.bytes': {
      kind: 'integer',
      description: 'how many bytes of volumes it says that it has room for; -1: it does not say',
      default: '-1',
    },
    'delay.ms': {
      kind: 'integer',
      description: 'how long it takes to deploy, start or stop a machine, in milliseconds',
      default: '0',
    },
  },
  create: (settings, host) => new Simulator(host, Math.max(0, settings['delay.ms']), settings['capacity.bytes']),
});
