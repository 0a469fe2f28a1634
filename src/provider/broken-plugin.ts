import { inspect } from 'node:util';
import type { PluginKind } from './plugin.js';

/** Where something is that is meant to be a plugin. */
export interface PluginPlace {
  /** Undefined as long as nobody knows: in a further folder, plugins say themselves of what kind they are. */
  readonly kind: PluginKind | undefined;
  /** That of the plugin's own folder. */
  readonly name: string;
  /** The folder that has the plugin's own in it. */
  readonly folder: string;
}

/** A plugin that is there and cannot be used. The message is for whoever mends it: it tells what the plugin has thrown. */
export class BrokenPlugin extends Error {
  override readonly name = 'BrokenPlugin';
  /** The plugin, by its kind, name and folder. */
  readonly what: string;

  constructor(
    readonly place: PluginPlace,
    private readonly why: string,
    cause?: unknown,
  ) {
    const { kind, name, folder } = place;
    const what = `${kind ? `${kind} ` : ''}plugin ${name} in ${folder}`;
    super(`${what}: ${why}${cause === undefined ? '' : `: ${textOf(cause)}`}`, { cause });
    this.what = what;
  }

  /** Why it cannot be used, for everybody else: what a plugin throws may hold anything, and goes to the log only. */
  get reason(): string {
    return this.cause === undefined ? this.why : `${this.why}; the log has the cause`;
  }

  /** Whether it would be the plugin of this kind and name, for all that is known of it. */
  isMeantAs(kind: PluginKind, name: string): boolean {
    return this.place.name === name && (this.place.kind ?? kind) === kind;
  }
}

const textOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : inspect(thrown));
