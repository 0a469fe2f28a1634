import type { Database } from '../dao/database.js';
import type { Zone } from '../dao/zone-dao.js';
import { found } from '../errors.js';

/** All zones, from memory; `load` brings it up to date. */
export class ZoneDirectory {
  private byUuid: ReadonlyMap<string, Zone> = new Map();
  private byId: ReadonlyMap<number, Zone> = new Map();

  constructor(private readonly db: Database) {}

  async load(): Promise<void> {
    const zones = await this.db.daos.zones.listAll();
    this.byUuid = new Map(zones.map((zone) => [zone.uuid, zone]));
    this.byId = new Map(zones.map((zone) => [zone.id, zone]));
  }

  /** Oldest first. */
  all(): readonly Zone[] {
    return [...this.byUuid.values()];
  }

  get(uuid: string): Zone {
    return found(this.byUuid.get(uuid), 'zone', uuid);
  }

  getById(id: number): Zone {
    return found(this.byId.get(id), 'zone', String(id));
  }
}
