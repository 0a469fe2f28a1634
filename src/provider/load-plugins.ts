import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { BrokenPlugin, type PluginPlace } from './broken-plugin.js';
import { PROVIDER_API, type Plugin, type PluginKind, type PluginSetting } from './plugin.js';

/** The loaded plugins by kind and name, and those that could not be loaded. */
export interface Plugins {
  readonly backup: ReadonlyMap<string, Plugin<'backup'>>;
  readonly inventory: ReadonlyMap<string, Plugin<'inventory'>>;
  readonly broken: readonly BrokenPlugin[];
}

const KINDS: readonly PluginKind[] = ['backup', 'inventory'];

/** What a plugin, and its folder, can be called. */
export const NAME = /^[a-z][a-z0-9-]*$/;
const SETTING = /^[a-z][a-z0-9.]*$/;
/** The second is what a source tree has, before it is built. */
const ENTRIES = ['index.js', 'index.ts'];
/** How long a plugin may take to load: so much later the server starts without it. */
const LOAD_MS = 10_000;
const LATE = Symbol('late');

/**
 * Loads the plugins under `<root>/backup` and `<root>/inventory`, and those in the further folders, whatever their kind; each by the name
 * of its own folder. One that cannot be loaded keeps none of the others from it. A folder of plugins that is not there rejects: that is a
 * fault of the settings.
 */
export async function loadPlugins(root: string, further: readonly string[] = [], limitMs = LOAD_MS): Promise<Plugins> {
  for (const folder of [root, ...further]) if (!existsSync(folder)) throw new Error(`there is no plugins folder ${folder}`);
  const ofKinds = KINDS.map((kind) => ({ kind, folder: join(root, kind) })).filter(({ folder }) => existsSync(folder));
  const loaded = new Loaded();
  for (const { kind, folder } of [...ofKinds, ...further.map((folder) => ({ kind: undefined, folder }))]) {
    for (const path of pluginsIn(folder)) await loaded.add(path, kind, limitMs);
  }
  return loaded;
}

/** Loads the plugin in the folder; rejects with `BrokenPlugin` unless it can be used and is of this kind. */
export async function loadPlugin(path: string, kind?: PluginKind, limitMs = LOAD_MS): Promise<Plugin> {
  const place = placeOf(path, kind);
  try {
    return await loadFrom(path, place, limitMs);
  } catch (cause) {
    throw cause instanceof BrokenPlugin ? cause : new BrokenPlugin(place, 'it cannot be loaded', cause);
  }
}

async function loadFrom(path: string, place: PluginPlace, limitMs: number): Promise<Plugin> {
  const fault = (why: string) => new BrokenPlugin(place, why);
  if (!NAME.test(place.name)) throw fault(`the name of the folder must match ${NAME}`);
  const entry = ENTRIES.map((file) => join(path, file)).find((file) => existsSync(file));
  if (entry === undefined) throw fault(`there is no ${ENTRIES[0]}`);
  const plugin = await importWithin(limitMs, entry);
  if (plugin === LATE) throw fault(`it has not been loaded after ${limitMs / 1000} s`);
  const why = whyUnfit(plugin);
  if (why !== undefined) throw fault(why);
  const fit = plugin as Plugin;
  if (fit.name !== place.name) throw fault(`it exports the name "${fit.name}"; name and folder must be the same`);
  if (place.kind && fit.kind !== place.kind) throw fault(`it is of kind "${fit.kind}"; its folder is for kind "${place.kind}"`);
  return fit;
}

class Loaded implements Plugins {
  readonly backup = new Map<string, Plugin<'backup'>>();
  readonly inventory = new Map<string, Plugin<'inventory'>>();
  readonly broken: BrokenPlugin[] = [];
  private readonly folders = new Map<string, string>();

  async add(path: string, kind: PluginKind | undefined, limitMs: number): Promise<void> {
    const place = placeOf(path, kind);
    try {
      const plugin = await loadPlugin(path, kind, limitMs);
      this.claim({ ...place, kind: plugin.kind });
      (this[plugin.kind] as Map<string, Plugin>).set(plugin.name, plugin);
    } catch (error) {
      if (!(error instanceof BrokenPlugin)) throw error;
      this.broken.push(error);
      const { kind: known } = error.place;
      for (const each of known ? [known] : KINDS) this.first(each, place);
    }
  }

  private claim(place: PluginPlace & { readonly kind: PluginKind }): void {
    const first = this.first(place.kind, place);
    if (first === place.folder) return;
    throw new BrokenPlugin(place, `there is one in ${first} already, which comes first; take one of them away`);
  }

  /** Whoever comes first has the name, loaded or not: what serves a zone must not change because something else broke. */
  private first(kind: PluginKind, { name, folder }: PluginPlace): string {
    const key = `${kind}/${name}`;
    const first = this.folders.get(key) ?? folder;
    this.folders.set(key, first);
    return first;
  }
}

const placeOf = (path: string, kind: PluginKind | undefined): PluginPlace => ({ kind, name: basename(path), folder: dirname(path) });

/** The folders in it that are meant to be plugins. Not by the type of the entry: a plugin's folder may be a link. */
const pluginsIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('.') && name !== 'node_modules')
    .sort()
    .map((name) => join(folder, name))
    // A link to nowhere is meant to be one.
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true);

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

/** The default export of a module; `LATE` if it has none after that time. */
async function importWithin(limitMs: number, entry: string): Promise<unknown> {
  const ended = new AbortController();
  const loading = import(pathToFileURL(entry).href) as Promise<{ default?: unknown }>;
  const late = pause(limitMs, { default: LATE }, { signal: ended.signal });
  const module = await Promise.race([loading, late]).finally(() => ended.abort());
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
