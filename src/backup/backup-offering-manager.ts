import { runningJob, type CallContext } from '../call-context.js';
import type { BackupOffering, BackupOfferingView } from '../dao/backup-offering-dao.js';
import type { Database } from '../dao/database.js';
import { isDuplicate } from '../dao/database-error.js';
import type { Listing, Page } from '../dao/page.js';
import type { Zone } from '../dao/zone-dao.js';
import { ApiError, denied, found, NotFound, refused } from '../errors.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import type { ProviderOffering } from '../provider/index.js';
import { NO_OFFERING_RULE, readOfferingWish, type OfferingRetentionWish } from '../retention-rule.js';
import type { BackupFramework } from './backup-framework.js';

/** What a list of imported offerings is narrowed by. */
export interface OfferingWish {
  readonly uuid: string | undefined;
  readonly zoneUuid: string | undefined;
  readonly name: string | undefined;
  readonly keyword: string | undefined;
}

/** What a list of the provider's offerings is narrowed by. */
export type ExternalWish = Pick<OfferingWish, 'name' | 'keyword'>;

/** What an administrator says when importing an offering. */
export interface OfferingImport {
  readonly name: string;
  /** The provider's own description if absent. */
  readonly description: string | undefined;
  readonly externalId: string;
  readonly zoneUuid: string;
  readonly userDriven: boolean;
  /** Which backups are kept; all of them if nothing is said. */
  readonly keeps?: OfferingRetentionWish;
}

/** What an administrator changes of an imported offering. */
export interface OfferingChanges {
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly userDriven: boolean | undefined;
  readonly keeps: OfferingRetentionWish;
}

/** An offering of a provider, as seen from a zone. */
export interface ExternalOffering extends ProviderOffering {
  readonly zone: Zone;
  /** The name of the provider. */
  readonly provider: string;
}

/** The offerings under which machines are backed up: listed at the provider, imported, assigned, deleted. The seed calls them policies. */
export class BackupOfferingManager {
  constructor(
    private readonly db: Database,
    private readonly zones: ZoneDirectory,
    private readonly framework: BackupFramework,
    private readonly now: () => Date,
  ) {}

  /** A page of what the zone's provider offers; for administrators. */
  async listExternal(
    zoneUuid: string,
    { name, keyword = '' }: ExternalWish,
    page: Page,
    call: CallContext,
  ): Promise<Listing<ExternalOffering>> {
    if (call.caller.role !== 'Admin') throw denied('the offerings of a backup provider; administrators import them');
    const zone = this.zones.get(zoneUuid);
    this.framework.assertEnabled(zone);
    const provider = this.framework.providerNameOf(zone);
    const offerings = (await this.framework.provider(provider, zone).listOfferings(call.signal))
      .filter((offering) => name === undefined || offering.name === name)
      .filter((offering) => offering.name.toLowerCase().includes(keyword.toLowerCase()))
      .map((offering) => ({ ...offering, zone, provider }));
    return { rows: offerings.slice(page.offset, page.offset + page.limit), total: offerings.length };
  }

  async list({ uuid, zoneUuid, name, keyword }: OfferingWish, page: Page): Promise<Listing<BackupOfferingView>> {
    const id = uuid === undefined ? undefined : (await this.get(uuid)).id;
    const zoneId = zoneUuid === undefined ? undefined : this.zones.get(zoneUuid).id;
    return this.db.daos.offerings.list({ id, zoneId, name, keyword }, page);
  }

  async get(uuid: string): Promise<BackupOfferingView> {
    return found(await this.db.daos.offerings.findByUuid(uuid), 'backup offering', uuid);
  }

  /** Makes an offering of the zone's provider known here, so that machines can be assigned to it. */
  async importOffering(wish: OfferingImport, call: CallContext): Promise<BackupOfferingView> {
    const job = runningJob(call);
    const uuid = job.instanceUuid ?? job.operationId;
    const imported = await this.db.daos.offerings.findByUuid(uuid);
    if (imported) return imported;
    const retention = { ...NO_OFFERING_RULE, ...readOfferingWish(wish.keeps ?? {}) };
    const zone = this.zones.get(wish.zoneUuid);
    this.framework.assertEnabled(zone);
    await this.refuseTaken(zone, wish);
    const provider = this.framework.providerNameOf(zone);
    const external = (await this.framework.provider(provider, zone).listOfferings(call.signal)).find(
      ({ externalId }) => externalId === wish.externalId,
    );
    if (!external) throw refused(`backup provider ${provider} has no offering ${wish.externalId} in zone ${zone.name}`);
    const { name, externalId, userDriven, description = external.description.slice(0, 255) } = wish;
    const told = { name, description, externalId, provider, userDriven };
    const row = { uuid, zoneId: zone.id, ...told, ...retention, created: this.now(), removed: null };
    try {
      await this.db.transaction(({ offerings }) => offerings.insert(row));
    } catch (error) {
      if (isDuplicate(error)) await this.refuseTaken(zone, wish);
      throw error;
    }
    return this.get(uuid);
  }

  /** Changes what is given; at least one thing must be. */
  async update(uuid: string, changes: OfferingChanges): Promise<BackupOfferingView> {
    const { id } = await this.get(uuid);
    const { name, description, userDriven } = changes;
    const given = {
      ...(name ? { name } : {}),
      ...(description ? { description } : {}),
      ...(userDriven === undefined ? {} : { userDriven }),
      ...readOfferingWish(changes.keeps),
    };
    if (Object.keys(given).length === 0) {
      throw new ApiError('invalid_value', `there is nothing to change: give backup offering ${uuid} a name, a description or a permission`);
    }
    try {
      await this.db.change(({ offerings }) => offerings.update(id, given));
    } catch (error) {
      throw isDuplicate(error) ? refused(`the zone has a backup offering named "${name ?? ''}" already`) : error;
    }
    return this.get(uuid);
  }

  /** Removes an offering that no machine is in; the provider's own is left as it is. With `keepsBackups` also one that backups name. */
  async delete(uuid: string, { keepsBackups }: { readonly keepsBackups: boolean }): Promise<void> {
    const offering = await this.get(uuid);
    this.framework.assertEnabled(this.zones.getById(offering.zoneId));
    await this.db.change(async ({ offerings, assignments, backups }) => {
      // Removed first, looked at afterwards, as an assignment does the other way round: one of the two sees the other.
      if (!(await offerings.remove(offering.id, this.now()))) throw new NotFound('backup offering', uuid);
      if (await assignments.existForOffering(offering.id)) {
        throw refused(`backup offering ${uuid} has virtual machines assigned to it; remove them first`);
      }
      if (!keepsBackups && (await backups.existForOffering(offering.id))) {
        throw refused(`backup offering ${uuid} has backups; delete them first`);
      }
    });
  }

  /** The zones of the offerings, for answers. */
  zoneOf({ zoneId }: BackupOffering): Zone {
    return this.zones.getById(zoneId);
  }

  private async refuseTaken(zone: Zone, { externalId, name }: OfferingImport): Promise<void> {
    const { offerings } = this.db.daos;
    const sameId = await offerings.findByExternalId(zone.id, externalId);
    if (sameId) throw refused(`offering ${externalId} is imported into zone ${zone.name} already, as ${sameId.uuid}`);
    const sameName = await offerings.findByName(zone.id, name);
    if (sameName) throw refused(`zone ${zone.name} has a backup offering named "${name}" already, ${sameName.uuid}`);
  }
}
