import type { Knex } from 'knex';

/** A zone: a place with machines, one inventory source and one backup provider. */
export interface Zone {
  id: number;
  uuid: string;
  name: string;
  networkType: 'Basic' | 'Advanced';
  allocationState: 'Enabled' | 'Disabled';
  dns1: string;
  internalDns1: string;
  created: Date;
}

export class ZoneDao {
  constructor(private readonly db: Knex) {}

  async insert(zone: Omit<Zone, 'id'>): Promise<Zone> {
    const [id] = (await this.db('zone').insert(zone)) as [number];
    return { ...zone, id };
  }

  /** Every zone; an installation has few. */
  listAll(): Promise<Zone[]> {
    return this.db('zone').whereNull('removed').orderBy('id');
  }
}
