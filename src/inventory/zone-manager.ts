import { randomUUID } from 'node:crypto';
import type { CacheInvalidation } from '../cache-invalidation.js';
import type { Database } from '../dao/database.js';
import { isDuplicate } from '../dao/database-error.js';
import type { Listing, Page } from '../dao/page.js';
import type { Zone } from '../dao/zone-dao.js';
import { invalid } from '../errors.js';
import type { ZoneDirectory } from './zone-directory.js';

/** What a list of zones is narrowed by. */
export interface ZoneFilter {
  readonly uuid: string | undefined;
  readonly name: string | undefined;
  readonly keyword: string | undefined;
}

/** How much there is of what the server looks after. */
export interface Infrastructure {
  readonly zones: number;
  readonly backupRepositories: number;
}

/** What administrators do with zones; everybody sees them. */
export class ZoneManager {
  constructor(
    private readonly db: Database,
    private readonly zones: ZoneDirectory,
    private readonly caches: CacheInvalidation,
    private readonly now: () => Date,
  ) {}

  list({ uuid, name, keyword }: ZoneFilter, { limit, offset }: Page): Listing<Zone> {
    const known = uuid === undefined ? this.zones.all() : [this.zones.get(uuid)];
    const wanted = known
      .filter((zone) => name === undefined || zone.name === name)
      .filter((zone) => keyword === undefined || zone.name.toLowerCase().includes(keyword.toLowerCase()));
    return { rows: wanted.slice(offset, offset + limit), total: wanted.length };
  }

  get(uuid: string): Zone {
    return this.zones.get(uuid);
  }

  async countInfrastructure(): Promise<Infrastructure> {
    const { total } = await this.db.daos.repositories.list({}, { limit: 0, offset: 0 });
    return { zones: this.zones.all().length, backupRepositories: total };
  }

  async create(zone: Pick<Zone, 'name' | 'networkType' | 'dns1' | 'internalDns1'>): Promise<Zone> {
    try {
      const row = { ...zone, uuid: randomUUID(), allocationState: 'Enabled' as const, created: this.now() };
      return await this.caches.change(
        'zone',
        (daos) => daos.zones.insert(row),
        () => row.uuid,
      );
    } catch (error) {
      throw isDuplicate(error) ? invalid('name', `there is a zone ${zone.name} already`, error) : error;
    }
  }
}
