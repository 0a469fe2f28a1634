import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROVIDER_API, type Plugin, type PluginKind, type PluginSetting } from './plugin.js';

/** The loaded plugins by kind and name. */
export interface Plugins {
  readonly backup: ReadonlyMap<string, Plugin<'backup'>>;
  readonly inventory: ReadonlyMap<string, Plugin<'inventory'>>;
}

const KINDS: readonly PluginKind[] = ['backup', 'inventory'];

/** What a plugin, and its folder, can be called. */
export const NAME = /^[a-z][a-z0-9-]*$/;
const SETTING = /^[a-z][a-z0-9.]*$/;
/** The second is what a source tree has, before it is built. */
const ENTRIES = ['index.js', 'index.ts'];

/**
 * Loads the plugins under `<root>/backup` and `<root>/inventory`, and those in the further folders, whatever their kind; each by the name
 * of its own folder. Any fault rejects: a server without a plugin that it is meant to have must not start.
 */
export async function loadPlugins(root: string, further: readonly string[] = []): Promise<Plugins> {
  const loaded = new Loaded();
  for (const folder of [root, ...further]) if (!existsSync(folder)) throw new Error(`there is no plugins folder ${folder}`);
  for (const kind of KINDS) {
    const folder = join(root, kind);
    for (const name of existsSync(folder) ? namesIn(folder) : []) loaded.add(await loadPlugin(join(folder, name), kind), folder);
  }
  for (const folder of further) for (const name of namesIn(folder)) loaded.add(await loadPlugin(join(folder, name)), folder);
  return loaded;
}

/** Loads the plugin in the folder, and rejects unless it is one of this kind. */
export async function loadPlugin(path: string, kind?: PluginKind): Promise<Plugin> {
  const [name, folder] = [basename(path), dirname(path)];
  const fault = (why: string, cause?: unknown) => new Error(`${kind ? `${kind} ` : ''}plugin ${name} in ${folder}: ${why}`, { cause });
  if (!NAME.test(name)) throw fault(`the name of the folder must match ${NAME}`);
  const entry = ENTRIES.map((file) => join(path, file)).find((file) => existsSync(file));
  if (entry === undefined) throw fault(`there is no ${ENTRIES[0]}`);
  const plugin = await importDefault(entry).catch((cause: unknown) => {
    throw fault(`it cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  });
  const why = whyUnfit(plugin);
  if (why !== undefined) throw fault(why);
  const fit = plugin as Plugin;
  if (fit.name !== name) throw fault(`it exports the name "${fit.name}"; name and folder must be the same`);
  if (kind && fit.kind !== kind) throw fault(`it is of kind "${fit.kind}"; its folder is for kind "${kind}"`);
  return fit;
}

class Loaded implements Plugins {
  readonly backup = new Map<string, Plugin<'backup'>>();
  readonly inventory = new Map<string, Plugin<'inventory'>>();
  private readonly folders = new Map<string, string>();

  add(plugin: Plugin, folder: string): void {
    const { kind, name } = plugin;
    const other = this.folders.get(`${kind}/${name}`);
    if (other !== undefined) throw new Error(`there are two ${kind} plugins ${name}: in ${other} and in ${folder}`);
    this.folders.set(`${kind}/${name}`, folder);
    (this[kind] as Map<string, Plugin>).set(name, plugin);
  }
}

/** The folders in it that are meant to be plugins. Not by the type of the entry: a plugin's folder may be a link. */
const namesIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('.') && name !== 'node_modules' && statSync(join(folder, name)).isDirectory())
    .sort();

/** Why something cannot be used as a plugin; undefined if it can. */
function whyUnfit(plugin: unknown): string | undefined {
  const { apiVersion } = (plugin ?? {}) as Partial<Plugin>;
  // First: the plugin of another version may have any other shape.
  if (typeof apiVersion === 'number' && apiVersion !== PROVIDER_API) {
    return `it speaks plugin API ${apiVersion}; this server speaks ${PROVIDER_API}`;
  }
  if (!isPlugin(plugin)) return 'its default export is not a plugin; declare it with definePlugin';
  for (const [key, setting] of Object.entries(plugin.settings)) {
    if (!SETTING.test(key)) return `its setting "${key}" must match ${SETTING}`;
    if (!fits(setting)) return `the default "${setting.default}" of its setting ${key} is not a valid ${setting.kind}`;
  }
  return undefined;
}

async function importDefault(entry: string): Promise<unknown> {
  const module = (await import(pathToFileURL(entry).href)) as { default?: unknown };
  return module.default;
}

const isPlugin = (value: unknown): value is Plugin => {
  const { kind, name, description, version, apiVersion, settings, create } = (value ?? {}) as Partial<Plugin>;
  const texts = [name, description, version].every((text) => typeof text === 'string');
  return (
    texts && KINDS.some((each) => each === kind) && typeof apiVersion === 'number' && isObject(settings) && typeof create === 'function'
  );
};

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const fits = ({ kind, default: text }: PluginSetting): boolean => {
  if (typeof text !== 'string') return false;
  if (kind === 'integer') return /^-?\d{1,15}$/.test(text);
  return kind === 'boolean' ? text === 'true' || text === 'false' : kind === 'string';
};
