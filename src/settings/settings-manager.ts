import { whyAbsent } from '../absent-plugin.js';
import type { CacheInvalidation } from '../cache-invalidation.js';
import type { Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import { ApiError, found, invalid } from '../errors.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import type { Plugins } from '../provider/load-plugins.js';
import type { Secrets } from '../secrets.js';
import { categoryOf, parseValue, type DynamicKey } from './dynamic-keys.js';
import type { DynamicSettings, Place } from './dynamic-settings.js';
import { placeOf, SETTING_GROUPS, type SettingGroup } from './setting-groups.js';

/** A setting as administrators see it. */
export interface SettingView {
  readonly name: string;
  readonly group: string;
  readonly subgroup: string;
  readonly key: DynamicKey;
  /** The value that holds; undefined for a secret, which is never shown. */
  readonly value: string | undefined;
  /** The texts that it may be set to, where they are few. */
  readonly options: readonly string[] | undefined;
  /** What the value was asked for, if not everywhere. */
  readonly scope: Exclude<ScopeKind, 'global'> | undefined;
}

/** Where a value holds: in the one thing that is named, or everywhere. */
export interface ScopeReference {
  readonly zoneUuid?: string | undefined;
  readonly accountUuid?: string | undefined;
  readonly domainUuid?: string | undefined;
}

export interface SettingsFilter extends ScopeReference {
  readonly name?: string | undefined;
  readonly category?: string | undefined;
  readonly group?: string | undefined;
  readonly subgroup?: string | undefined;
  /** Settings that go with this one. */
  readonly parent?: string | undefined;
  readonly keyword?: string | undefined;
}

export interface GroupFilter {
  readonly name: string | undefined;
  readonly keyword: string | undefined;
}

type ScopeKind = DynamicKey['scope'];

interface Scope {
  readonly kind: ScopeKind;
  readonly id: number;
  readonly place: Place;
}

const EVERYWHERE: Scope = { kind: 'global', id: 0, place: {} };

/** The names of the scopes in the database. */
const STORED: Readonly<Record<ScopeKind, string>> = { global: 'Global', zone: 'Zone', domain: 'Domain', account: 'Account' };

/** Whether something of the kind may have a value of its own. */
const mayDiffer = (key: DynamicKey, kind: ScopeKind): boolean => key.scope === kind || (key.scope === 'account' && kind === 'domain');

/** What administrators do with settings. */
export class SettingsManager {
  constructor(
    private readonly db: Database,
    private readonly settings: DynamicSettings,
    private readonly zones: ZoneDirectory,
    private readonly plugins: Plugins,
    private readonly secrets: Secrets,
    private readonly caches: CacheInvalidation,
  ) {}

  /** The settings that fit; with a scope those that may differ there, each with the value that holds there. */
  async list(filter: SettingsFilter, { limit, offset }: Page): Promise<Listing<SettingView>> {
    if (filter.subgroup !== undefined && filter.group === undefined) throw invalid('subgroup', 'needs group, which it is a part of');
    const scope = await this.scopeOf(filter);
    const wanted = [...this.settings.keys]
      .filter(([name, key]) => (scope.kind === 'global' || mayDiffer(key, scope.kind)) && fits(name, key, filter))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const rows = wanted.slice(offset, offset + limit).map(([name, key]) => this.view(name, key, scope));
    return { rows, total: wanted.length };
  }

  listGroups({ name, keyword }: GroupFilter, { limit, offset }: Page): Listing<SettingGroup> {
    const wanted = SETTING_GROUPS.filter(
      (group) =>
        (name === undefined || group.name === name) && (keyword === undefined || group.name.toLowerCase().includes(keyword.toLowerCase())),
    );
    return { rows: wanted.slice(offset, offset + limit), total: wanted.length };
  }

  /** Gives a setting a value, everywhere or in one scope; it holds when the promise resolves. */
  async update(name: string, text: string, where: ScopeReference): Promise<SettingView> {
    const { key, scope, slot } = await this.changeable(name, where);
    const value = this.checked(name, key, text);
    const stored = { ...slot, value: key.secret ? this.secrets.seal(value) : value };
    await this.caches.change('configuration', (daos) => daos.configuration.save(stored));
    return this.view(name, key, scope);
  }

  /** Takes a setting's value away: in a scope the global one holds again, everywhere the default. */
  async reset(name: string, where: ScopeReference): Promise<SettingView> {
    const { key, scope, slot } = await this.changeable(name, where);
    await this.caches.change('configuration', (daos) => daos.configuration.delete(slot));
    return this.view(name, key, scope);
  }

  private async changeable(name: string, where: ScopeReference) {
    const key = this.settings.keys.get(name);
    if (!key) throw new ApiError('invalid_value', `Config parameter with name ${name} doesn't exist`);
    const scope = await this.scopeOf(where);
    if (scope.kind !== 'global' && !mayDiffer(key, scope.kind)) {
      throw new ApiError('invalid_value', `Invalid scope id provided for the parameter ${name}`);
    }
    if (key.isFact) throw new ApiError('invalid_value', `${name} says how this server works; it cannot be changed`);
    return { key, scope, slot: { name, scope: STORED[scope.kind], scopeId: scope.id } };
  }

  private async scopeOf({ zoneUuid, accountUuid, domainUuid }: ScopeReference): Promise<Scope> {
    if ([zoneUuid, accountUuid, domainUuid].filter((uuid) => uuid !== undefined).length > 1) {
      throw new ApiError('invalid_value', 'cannot handle multiple IDs, provide only one ID corresponding to the scope');
    }
    const { accounts, domains } = this.db.daos;
    if (zoneUuid !== undefined) {
      const { id } = this.zones.get(zoneUuid);
      return { kind: 'zone', id, place: { zoneId: id } };
    }
    if (accountUuid !== undefined) {
      const { id, domainPath } = found(await accounts.findView({ uuid: accountUuid }), 'account', accountUuid);
      return { kind: 'account', id, place: { accountId: id, domainPath } };
    }
    if (domainUuid === undefined) return EVERYWHERE;
    const { id, path } = found(await domains.findByUuid(domainUuid), 'domain', domainUuid);
    return { kind: 'domain', id, place: { domainPath: path } };
  }

  private view(name: string, key: DynamicKey, { kind, place }: Scope): SettingView {
    const value = key.secret ? undefined : this.settings.text(name, place);
    const options = key.plugin ? [...this.plugins[key.plugin].keys()] : key.oneOf;
    return { name, ...placeOf(name), key, value, options, scope: kind === 'global' ? undefined : kind };
  }

  private checked(name: string, key: DynamicKey, text: string): string {
    const value = key.kind === 'string' && !key.plugin ? text : text.trim().toLowerCase();
    const parsed = parseValue(key, value);
    const shown = key.secret ? 'it' : `"${text}"`;
    if (parsed === undefined) throw invalid('value', `${shown} is not a valid ${key.kind} for ${name}`);
    if (key.oneOf && !key.oneOf.includes(value)) throw invalid('value', `${name} is one of ${key.oneOf.join(', ')}, not ${shown}`);
    if (key.atLeast !== undefined && (parsed as number) < key.atLeast) {
      throw invalid('value', `${name} must be at least ${key.atLeast}, not ${text}`);
    }
    if (key.atMost !== undefined && (parsed as number) > key.atMost) {
      throw invalid('value', `${name} must be at most ${key.atMost}, not ${text}`);
    }
    if (key.plugin && !this.plugins[key.plugin].has(value)) {
      const loaded = [...this.plugins[key.plugin].keys()].join(', ');
      throw invalid('value', `${whyAbsent(this.plugins, key.plugin, value)}; ${name} can be one of: ${loaded}`);
    }
    return value;
  }
}

function fits(setting: string, key: DynamicKey, { name, keyword, category, group, subgroup, parent }: SettingsFilter): boolean {
  const place = placeOf(setting);
  return (
    (name === undefined || setting.includes(name)) &&
    (keyword === undefined || setting.toLowerCase().includes(keyword.toLowerCase())) &&
    (category === undefined || categoryOf(key) === category) &&
    (group === undefined || place.group === group) &&
    (subgroup === undefined || place.subgroup === subgroup) &&
    // No setting goes with another.
    parent === undefined
  );
}
