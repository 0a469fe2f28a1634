import { whyAbsent } from '../absent-plugin.js';
import { insideTransaction, type Database } from '../dao/database.js';
import type { Zone } from '../dao/zone-dao.js';
import type { Log } from '../log.js';
import { ProviderError } from '../provider/index.js';
import type { BackupProvider, Contracts, InventorySource, Plugin, PluginKind, PluginSettings, SettingValues } from '../provider/index.js';
import type { Plugins } from '../provider/load-plugins.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';
import { DatabaseStore } from './database-store.js';
import { assertSoundFacts } from './inventory-answers.js';
import { settingName } from './plugin-settings.js';
import { assertSoundAnswer } from './provider-answers.js';
import { supervise, type AnswerCheck, type Patience } from './supervise.js';

const ANSWER_MS = 60_000;
const MINUTE_MS = 60_000;

const CHECKS: Readonly<Record<PluginKind, AnswerCheck>> = { backup: assertSoundAnswer, inventory: assertSoundFacts };

interface Instance {
  readonly madeOf: string;
  readonly supervised: Contracts[PluginKind];
}

/** The providers and sources of the zones: made when first needed, and made anew when a setting of theirs changes. */
export class PluginInstances {
  private readonly instances = new Map<string, Instance>();

  constructor(
    private readonly plugins: Plugins,
    private readonly settings: DynamicSettings,
    private readonly db: Database,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  /** The named backup provider as the zone has it. */
  backup(name: string, zone: Zone): BackupProvider {
    return this.instance('backup', name, zone) as BackupProvider;
  }

  /** The source of the zone's machines. */
  inventory(zone: Zone): InventorySource {
    return this.instance('inventory', this.settings.get('inventory.plugin', { zoneId: zone.id }), zone) as InventorySource;
  }

  private instance(kind: PluginKind, name: string, zone: Zone): Contracts[PluginKind] {
    const plugin: Plugin | undefined = this.plugins[kind].get(name);
    // Nothing was done, and another server may have the plugin, or this one after its next start.
    if (!plugin) throw new ProviderError('temporary', `zone ${zone.name} cannot be served: ${whyAbsent(this.plugins, kind, name)}`);
    const values = this.valuesFor(plugin, zone);
    const slot = `${kind}/${name}/${zone.uuid}`;
    const madeOf = JSON.stringify(values);
    const known = this.instances.get(slot);
    if (known?.madeOf === madeOf) return known.supervised;
    // Whatever the plugin sets up would take the transaction's context along.
    if (insideTransaction()) throw new Error(`plugin ${slot} was made inside a transaction`);
    const made = this.make(plugin, values, slot);
    const supervised = supervise(name, made, () => this.patience(zone), CHECKS[kind], this.log);
    this.instances.set(slot, { madeOf, supervised });
    return supervised;
  }

  /** As it is set by the time of the call. */
  private patience({ id }: Zone): Patience {
    return { answerMs: ANSWER_MS, stallMs: this.settings.get('jobs.stall.minutes', { zoneId: id }) * MINUTE_MS };
  }

  private make(plugin: Plugin, values: SettingValues<PluginSettings>, slot: string): Contracts[PluginKind] {
    try {
      return plugin.create(values, {
        store: new DatabaseStore(this.db, slot),
        now: this.now,
        log: (level, message, fields = {}) => this.log(level, message, { ...fields, plugin: slot }),
      });
    } catch (cause) {
      if (cause instanceof ProviderError) throw cause;
      throw new ProviderError(
        'rejected',
        `${plugin.kind} plugin ${plugin.name} cannot be used with its settings; the log has the cause`,
        cause,
      );
    }
  }

  private valuesFor({ kind, name, settings }: Plugin, zone: Zone): SettingValues<PluginSettings> {
    return Object.fromEntries(
      Object.keys(settings).map((key) => [key, this.settings.value(settingName(kind, name, key), { zoneId: zone.id })]),
    ) as SettingValues<PluginSettings>;
  }
}
