import type { BackupOffering } from '../dao/backup-offering-dao.js';
import type { Zone } from '../dao/zone-dao.js';
import { invalid, refused } from '../errors.js';
import type { PluginInstances } from '../plugin-host/plugin-instances.js';
import type { BackupProvider, Plugin } from '../provider/index.js';
import type { Plugins } from '../provider/load-plugins.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';

/** What a provider says of itself, whatever the zone. */
export type InstalledProvider = Pick<Plugin, 'name' | 'description' | 'version'>;

/** Which provider serves which zone, and whether backups work there at all. */
export class BackupFramework {
  constructor(
    private readonly settings: DynamicSettings,
    private readonly plugins: Plugins,
    private readonly instances: PluginInstances,
  ) {}

  /** Every provider that is loaded, whether a zone uses it or not. */
  providers(): readonly InstalledProvider[] {
    return [...this.plugins.backup.values()].map(({ name, description, version }) => ({ name, description, version }));
  }

  assertInstalled(name: string): void {
    if (!this.plugins.backup.has(name)) throw invalid('provider', `there is no backup provider "${name}"; see listBackupProviders`);
  }

  /** Whether backups work in the zone. */
  isEnabled(zone: Zone): boolean {
    return this.settings.get('backup.framework.enabled', { zoneId: zone.id });
  }

  /** For so long a backup of the zone must have been looked for in vain before anything comes of it. */
  graceMs(zone: Zone): number {
    return this.settings.get('backup.missing.grace.seconds', { zoneId: zone.id }) * 1000;
  }

  assertEnabled(zone: Zone): void {
    if (this.isEnabled(zone)) return;
    throw refused(`backup and recovery is disabled in zone ${zone.name}; set backup.framework.enabled to true there`);
  }

  /** Refuses an offering under which no backups are taken on demand or by schedule, or with `quiesce` none that hold the guest still. */
  async assertUserDriven(offering: BackupOffering, zone: Zone, quiesce: boolean, signal: AbortSignal): Promise<void> {
    const { uuid, userDriven, provider } = offering;
    if (!userDriven) throw refused(`backup offering ${uuid} does not allow backups on demand; its provider takes them`);
    if (!quiesce) return;
    const capabilities = await this.provider(provider, zone).capabilities(signal);
    if (!capabilities.quiesce) throw refused(`backup provider ${provider} cannot quiesce a virtual machine`);
  }

  /** Whether volumes may come and go on machines that are in an offering. */
  allowsVolumeChanges(): boolean {
    return this.settings.get('backup.enable.attach.detach.of.volumes');
  }

  /** The name of the provider that the zone uses for new offerings. */
  providerNameOf(zone: Zone): string {
    return this.settings.get('backup.framework.provider.plugin', { zoneId: zone.id });
  }

  /** A provider by name; what exists stays with the provider that made it, whatever the zone uses now. */
  provider(name: string, zone: Zone): BackupProvider {
    return this.instances.backup(name, zone);
  }
}
