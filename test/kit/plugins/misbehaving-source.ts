import simulator from '../../../plugins/inventory/simulator/index.js';
import { definePlugin, type InventorySource, type Plugin } from '../../../src/provider/index.js';

type Manner = (method: string) => unknown;

/** An inventory plugin without a fault, but for the method that its setting names: that one it does in this manner. */
export const misbehavingSource = (name: string, manner: Manner): Plugin =>
  definePlugin({
    ...simulator,
    name,
    settings: { ...simulator.settings, method: { kind: 'string', description: 'what it does badly', default: '' } },
    create: (settings, host) => {
      const badly = async () => manner(settings.method);
      const get = (object: InventorySource, key: string) => (key === settings.method ? badly : Reflect.get(object, key)) as unknown;
      return new Proxy<InventorySource>(simulator.create(settings, host), { get: (object, key) => get(object, String(key)) });
    },
  });
