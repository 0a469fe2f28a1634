import type { Database } from '../dao/database.js';
import type { Secrets } from '../secrets.js';
import { DYNAMIC_KEYS, parseValue, type DynamicKey, type DynamicName, type DynamicValue } from './dynamic-keys.js';

/** The scope id of values that hold everywhere. */
export const GLOBAL = 0;

const slot = (name: string, scopeId: number) => `${name}@${scopeId}`;

/** The values of the dynamic settings: zone, else global, else default. Reads come from memory; `load` brings it up to date. */
export class DynamicSettings {
  private stored: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly db: Database,
    private readonly secrets: Secrets,
    /** Every setting there is: the server's and the plugins'. */
    readonly keys: ReadonlyMap<string, DynamicKey>,
  ) {}

  async load(): Promise<void> {
    const rows = await this.db.daos.configuration.listAll();
    this.stored = new Map(rows.map(({ name, scopeId, value }) => [slot(name, scopeId), value]));
  }

  /** The value that holds in the zone, or everywhere. */
  get<N extends DynamicName>(name: N, zoneId: number = GLOBAL): DynamicValue<N> {
    return this.value(name, zoneId) as DynamicValue<N>;
  }

  /** As `get`, for a setting whose name is known only at run time. */
  value(name: string, zoneId: number = GLOBAL): unknown {
    const key = this.keyOf(name);
    const text = this.text(name, zoneId);
    // A stored value that no longer fits, after an update of a plugin, must not stop the server.
    return parseValue(key.kind, text) ?? parseValue(key.kind, key.default);
  }

  /** The value as text, opened if it is a secret. */
  text(name: string, zoneId: number = GLOBAL): string {
    const key = this.keyOf(name);
    const stored = this.stored.get(slot(name, zoneId)) ?? this.stored.get(slot(name, GLOBAL));
    if (stored === undefined) return key.default;
    return key.secret ? this.secrets.open(stored) : stored;
  }

  private keyOf(name: string): DynamicKey {
    const key = this.keys.get(name);
    if (!key) throw new Error(`there is no setting ${name}`);
    return key;
  }
}

/** The server's settings together with those of the plugins. */
export const allKeys = (ofPlugins: ReadonlyMap<string, DynamicKey>): ReadonlyMap<string, DynamicKey> =>
  new Map<string, DynamicKey>([...Object.entries(DYNAMIC_KEYS), ...ofPlugins]);
