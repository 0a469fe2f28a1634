import type { Plugin, PluginKind } from '../provider/index.js';
import type { Plugins } from '../provider/load-plugins.js';
import type { DynamicKey } from '../settings/dynamic-keys.js';

/** The name under which administrators see a plugin's setting. */
export const settingName = (kind: PluginKind, plugin: string, key: string): string => `${kind}.plugin.${plugin}.${key}`;

/** The settings of all plugins, each with zone scope. */
export function pluginKeys(plugins: Plugins): ReadonlyMap<string, DynamicKey> {
  const all: Plugin[] = [...plugins.backup.values(), ...plugins.inventory.values()];
  return new Map(
    all.flatMap(({ kind, name, settings }) =>
      Object.entries(settings).map(([key, { kind: type, default: standard, description, secret }]) => [
        settingName(kind, name, key),
        { kind: type, default: standard, scope: 'zone' as const, about: description, ...(secret ? { secret } : {}) },
      ]),
    ),
  );
}
