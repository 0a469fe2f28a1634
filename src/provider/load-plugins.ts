import { existsSync, readdirSync, statSync } from 'node:fs';
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
  // Not the type of the entry: a plugin's folder may be a link.
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory()) : [];
  const plugins = new Map<string, Plugin<K>>();
  for (const name of names.sort()) plugins.set(name, await loadPlugin(folder, kind, name));
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
  const { apiVersion } = (plugin ?? {}) as Partial<Plugin>;
  // First: the plugin of another version may have any other shape.
  if (typeof apiVersion === 'number' && apiVersion !== PROVIDER_API) {
    throw fault(`it speaks plugin API ${apiVersion}; this server speaks ${PROVIDER_API}`);
  }
  if (!isPlugin(plugin)) throw fault('its default export is not a plugin; declare it with definePlugin');
  if (plugin.name !== name) throw fault(`it exports the name "${plugin.name}"; name and folder must be the same`);
  if (plugin.kind !== kind) throw fault(`it is of kind "${plugin.kind}"; its folder is for kind "${kind}"`);
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
  const { kind, name, description, version, apiVersion, settings, create } = (value ?? {}) as Partial<Plugin>;
  const texts = [kind, name, description, version].every((text) => typeof text === 'string');
  return texts && typeof apiVersion === 'number' && isObject(settings) && typeof create === 'function';
};

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const fits = ({ kind, default: text }: PluginSetting): boolean => {
  if (typeof text !== 'string') return false;
  if (kind === 'integer') return /^-?\d{1,15}$/.test(text);
  return kind === 'boolean' ? text === 'true' || text === 'false' : kind === 'string';
};
