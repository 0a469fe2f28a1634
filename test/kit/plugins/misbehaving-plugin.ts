import dummy from '../../../plugins/backup/dummy/index.js';
import { definePlugin, type BackupProvider, type Plugin } from '../../../src/provider/index.js';

type Manner = (method: string) => unknown;

/** A backup plugin without a fault, but for the method that its setting names: that one it does in this manner. */
export const misbehavingPlugin = (name: string, manner: Manner): Plugin =>
  definePlugin({
    ...dummy,
    name,
    settings: { ...dummy.settings, method: { kind: 'string', description: 'what it does badly', default: '' } },
    create: (settings, host) => {
      const { method } = settings;
      if (method === 'create') manner(method);
      const sound = dummy.create(settings, host);
      const badly = () => manner(method);
      return new Proxy<BackupProvider>(sound, { get: (object, key) => (key === method ? badly : Reflect.get(object, key)) as unknown });
    },
  });
