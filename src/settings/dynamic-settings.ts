import type { StoredSettingView } from '../dao/configuration-dao.js';
import type { Database } from '../dao/database.js';
import { pathsTo } from '../domain-path.js';
import type { Secrets } from '../secrets.js';
import { DYNAMIC_KEYS, parseValue, type DynamicKey, type DynamicName, type DynamicValue } from './dynamic-keys.js';

/** Where a value is asked for; with no field, everywhere. */
export interface Place {
  readonly zoneId?: number;
  readonly accountId?: number;
  /** The path of a domain: what a domain above it has of its own holds in it too. */
  readonly domainPath?: string;
}

const EVERYWHERE: Place = {};

/** Under what the value that holds in a place may be stored, the nearest first. */
function slots({ zoneId, accountId, domainPath }: Place): string[] {
  return [
    ...(accountId === undefined ? [] : [`Account/${accountId}`]),
    ...(domainPath === undefined ? [] : pathsTo(domainPath).map((path) => `Domain/${path}`)).reverse(),
    ...(zoneId === undefined ? [] : [`Zone/${zoneId}`]),
    'Global',
  ];
}

function slotOf({ scope, scopeId, domainPath }: StoredSettingView): string {
  if (scope === 'Global') return scope;
  return scope === 'Domain' ? `${scope}/${domainPath}` : `${scope}/${scopeId}`;
}

/** The values of the dynamic settings: the nearest one that is set, else the default. Reads come from memory; `load` brings it up to date. */
export class DynamicSettings {
  private stored: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly db: Database,
    private readonly secrets: Secrets,
    /** Every setting there is: the server's and the plugins'. */
    readonly keys: ReadonlyMap<string, DynamicKey>,
  ) {}

  /** Also when the path of a domain has changed. */
  async load(): Promise<void> {
    const rows = await this.db.daos.configuration.listAll();
    this.stored = new Map(rows.map((row) => [`${row.name}@${slotOf(row)}`, row.value]));
  }

  /** The value that holds in the place, or everywhere. */
  get<N extends DynamicName>(name: N, place: Place = EVERYWHERE): DynamicValue<N> {
    return this.value(name, place) as DynamicValue<N>;
  }

  /** As `get`, for a setting whose name is known only at run time. */
  value(name: string, place: Place = EVERYWHERE): unknown {
    const key = this.keyOf(name);
    const text = this.text(name, place);
    // A stored value that no longer fits, after an update of a plugin, must not stop the server.
    return parseValue(key, text) ?? parseValue(key, key.default);
  }

  /** The value as text, opened if it is a secret. */
  text(name: string, place: Place = EVERYWHERE): string {
    const key = this.keyOf(name);
    const slot = slots(place).find((candidate) => this.stored.has(`${name}@${candidate}`));
    const stored = slot === undefined ? undefined : this.stored.get(`${name}@${slot}`);
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
