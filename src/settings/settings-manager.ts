import type { CacheInvalidation } from '../cache-invalidation.js';
import type { Listing, Page } from '../dao/page.js';
import { ApiError, invalid } from '../errors.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import type { Plugins } from '../provider/load-plugins.js';
import type { Secrets } from '../secrets.js';
import { categoryOf, parseValue, type DynamicKey } from './dynamic-keys.js';
import { GLOBAL, type DynamicSettings } from './dynamic-settings.js';

/** A setting as administrators see it. */
export interface SettingView {
  readonly name: string;
  readonly key: DynamicKey;
  /** The value that holds; undefined for a secret, which is never shown. */
  readonly value: string | undefined;
  /** Present when the value was asked for in a zone. */
  readonly scope?: 'zone' | undefined;
}

export interface SettingsFilter {
  readonly name?: string | undefined;
  readonly category?: string | undefined;
  readonly keyword?: string | undefined;
  readonly zoneUuid?: string | undefined;
}

/** What administrators do with settings. */
export class SettingsManager {
  constructor(
    private readonly settings: DynamicSettings,
    private readonly zones: ZoneDirectory,
    private readonly plugins: Plugins,
    private readonly secrets: Secrets,
    private readonly caches: CacheInvalidation,
  ) {}

  list({ name, category, keyword, zoneUuid }: SettingsFilter, { limit, offset }: Page): Listing<SettingView> {
    const zone = zoneUuid === undefined ? undefined : this.zones.get(zoneUuid);
    const wanted = [...this.settings.keys]
      .filter(([key]) => (name === undefined || key.includes(name)) && (keyword === undefined || key.includes(keyword.toLowerCase())))
      .filter(([, key]) => category === undefined || categoryOf(key) === category)
      .filter(([, key]) => zone === undefined || key.scope === 'zone')
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const rows = wanted.slice(offset, offset + limit).map(([key]) => this.view(key, zone?.id));
    return { rows, total: wanted.length };
  }

  /** Gives a setting a value, everywhere or in one zone; it holds when the promise resolves. */
  async update(name: string, text: string, zoneUuid: string | undefined): Promise<SettingView> {
    const key = this.settings.keys.get(name);
    if (!key) throw new ApiError('invalid_value', `Config parameter with name ${name} doesn't exist`);
    if (zoneUuid !== undefined && key.scope !== 'zone') {
      throw new ApiError('invalid_value', `Invalid scope id provided for the parameter ${name}`);
    }
    const zoneId = zoneUuid === undefined ? GLOBAL : this.zones.get(zoneUuid).id;
    const value = this.checked(name, key, text);
    const scope = zoneId === GLOBAL ? 'Global' : 'Zone';
    const stored = { name, scope, scopeId: zoneId, value: key.secret ? this.secrets.seal(value) : value };
    await this.caches.change('configuration', (daos) => daos.configuration.save(stored));
    return this.view(name, zoneId === GLOBAL ? undefined : zoneId);
  }

  private view(name: string, zoneId: number | undefined): SettingView {
    const key = this.settings.keys.get(name);
    if (!key) throw new Error(`there is no setting ${name}`);
    const value = key.secret ? undefined : this.settings.text(name, zoneId);
    return { name, key, value, ...(zoneId === undefined ? {} : { scope: 'zone' as const }) };
  }

  private checked(name: string, key: DynamicKey, text: string): string {
    const value = key.kind === 'string' && !key.plugin ? text : text.trim().toLowerCase();
    const parsed = parseValue(key.kind, value);
    const shown = key.secret ? 'it' : `"${text}"`;
    if (parsed === undefined) throw invalid('value', `${shown} is not a valid ${key.kind} for ${name}`);
    if (key.oneOf && !key.oneOf.includes(value)) throw invalid('value', `${name} is one of ${key.oneOf.join(', ')}, not ${shown}`);
    if (key.atLeast !== undefined && (parsed as number) < key.atLeast) {
      throw invalid('value', `${name} must be at least ${key.atLeast}, not ${text}`);
    }
    if (key.plugin && !this.plugins[key.plugin].has(value)) {
      const loaded = [...this.plugins[key.plugin].keys()].join(', ');
      throw invalid('value', `there is no ${key.plugin} plugin "${value}"; ${name} can be one of: ${loaded}`);
    }
    return value;
  }
}
