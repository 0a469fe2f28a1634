import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROVIDER_API, type Plugin, type PluginKind, type PluginSetting } from './plugin.js';

/** The loaded plugins by kind and name. */
export interface Plugins {
  readonly backup: ReadonlyMap<string, Plugin<'backup'>>;
  readonly inventory: ReadonlyMap<string, Plugin<'inventory'>>;
}

const NAME = /^[a-z][a-z0-9-]*$/;
const SETTING = /^[a-z][a-z0-9.]*$/;
/** The second is what a source tree has, before it is built. */
const ENTRIES = ['index.js', 'index.ts'];

/**
 * Loads every plugin under `<root>/backup` and `<root>/inventory`, by the names of their folders. Any fault rejects: a server
 * without a plugin that it is meant to have must not start.
 */
export async function loadPlugins(root: string): Promise<Plugins> {
  return { backup: await loadKind(root, 'backup'), inventory: await loadKind(root, 'inventory') };
}

async function loadKind<K extends PluginKind>(root: string, kind: K): Promise<ReadonlyMap<string, Plugin<K>>> {
  const folder = join(root, kind);
  const names = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()) : [];
  const plugins = new Map<string, Plugin<K>>();
  for (const { name } of names) plugins.set(name, await loadPlugin(folder, kind, name));
  return plugins;
}

async function loadPlugin<K extends PluginKind>(folder: string, kind: K, name: string): Promise<Plugin<K>> {
  const fault = (why: string, cause?: unknown) => new Error(`${kind} plugin ${name} in ${folder}: ${why}`, { cause });
  if (!NAME.test(name)) throw fault(`the name of the folder must match ${NAME}`);
  const entry = ENTRIES.map((file) => join(folder, name, file)).find((file) => existsSync(file));
  if (entry === undefined) throw fault(`there is no ${ENTRIES[0]}`);
  const plugin = await importDefault(entry).catch((cause: unknown) => {
    throw fault(`it cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  });
  if (!isPlugin(plugin)) throw fault('its default export is not a plugin; declare it with definePlugin');
  if (plugin.name !== name) throw fault(`it exports the name "${plugin.name}"; name and folder must be the same`);
  if (plugin.kind !== kind) throw fault(`it is of kind "${plugin.kind}"; its folder is for kind "${kind}"`);
  if (plugin.apiVersion !== PROVIDER_API) throw fault(`it speaks plugin API ${plugin.apiVersion}; this server speaks ${PROVIDER_API}`);
  for (const [key, setting] of Object.entries(plugin.settings)) {
    if (!SETTING.test(key)) throw fault(`its setting "${key}" must match ${SETTING}`);
    if (!fits(setting)) throw fault(`the default "${setting.default}" of its setting ${key} is not a valid ${setting.kind}`);
  }
  return plugin as Plugin<K>;
}

async function importDefault(entry: string): Promise<unknown> {
  const module = (await import(pathToFileURL(entry).href)) as { default?: unknown };
  return module.default;
}

const isPlugin = (value: unknown): value is Plugin => {
  const { name, settings, create } = (value ?? {}) as Partial<Plugin>;
  return typeof name === 'string' && typeof create === 'function' && typeof settings === 'object';
};

const fits = ({ kind, default: text }: PluginSetting): boolean => {
  if (kind === 'integer') return /^-?\d{1,15}$/.test(text);
  return kind === 'boolean' ? text === 'true' || text === 'false' : typeof text === 'string';
};
