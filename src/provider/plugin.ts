import type { BackupProvider } from './backup-provider.js';
import type { InventorySource } from './inventory-source.js';

/** The version of the plugin contracts that this server speaks. Raised only when an older plugin would break. */
export const PROVIDER_API = 3;

/** What a plugin makes: a `backup` plugin talks to a backup system, an `inventory` plugin to whatever owns a zone's machines. */
export interface Contracts {
  backup: BackupProvider;
  inventory: InventorySource;
}
export type PluginKind = keyof Contracts;

/** One setting of a plugin. It appears in listConfigurations as `<kind>.plugin.<plugin>.<key>`, with zone scope. */
export interface PluginSetting {
  readonly kind: 'string' | 'integer' | 'boolean';
  readonly description: string;
  /** In the text form of updateConfiguration; the empty text is allowed. */
  readonly default: string;
  /** Encrypted at rest and never shown. */
  readonly secret?: boolean;
}
export type PluginSettings = Readonly<Record<string, PluginSetting>>;

interface SettingTypes {
  string: string;
  integer: number;
  boolean: boolean;
}
/** The values that `create` receives: one for each declared setting, already checked and typed. */
export type SettingValues<S extends PluginSettings> = { readonly [K in keyof S]: SettingTypes[S[K]['kind']] };

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface StoredEntry {
  readonly key: string;
  readonly value: Json;
  /** Counts the writes of this key; give it back to `put`. */
  readonly version: number;
}

/**
 * A small durable memory of the plugin's own, kept in the server's database: it survives restarts and is the same on
 * every server that shares the database. Keys are at most 190 characters, values at most 1 MiB as JSON.
 */
export interface PluginStore {
  get(key: string): Promise<StoredEntry | undefined>;
  /**
   * Writes the value if the key is still at version `expected`, or still absent when `expected` is undefined.
   * False means that somebody else wrote first: read again and decide anew.
   */
  put(key: string, value: Json, expected: number | undefined): Promise<boolean>;
  /** Removes the key; removing what is not there succeeds. */
  delete(key: string): Promise<void>;
  /** Every entry whose key begins with `prefix`, in key order, page by page. */
  list(prefix: string): AsyncIterable<readonly StoredEntry[]>;
}

/** What the server gives to a plugin. */
export interface PluginHost {
  readonly store: PluginStore;
  /** The server's clock. */
  now(): Date;
  /** One line in the server's log. The message is fixed words, everything variable is a field; never a secret. */
  log(level: 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface Plugin<K extends PluginKind = PluginKind, S extends PluginSettings = PluginSettings> {
  readonly kind: K;
  /** Lower case, `^[a-z][a-z0-9-]*$`; the name of the plugin's folder and its value in the zone's setting. */
  readonly name: string;
  /** One line for listBackupProviders. */
  readonly description: string;
  /** The plugin's own version. */
  readonly version: string;
  readonly apiVersion: number;
  readonly settings: S;
  /** Makes one instance for one zone. Must not talk to the outside: a zone whose backup system is down still starts. */
  create(settings: SettingValues<S>, host: PluginHost): Contracts[K];
}

/** Declares a plugin; a plugin module's default export is the result. */
export const definePlugin = <K extends PluginKind, const S extends PluginSettings>(plugin: Plugin<K, S>): Plugin<K, S> => plugin;
