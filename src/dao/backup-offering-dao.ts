import type { Knex } from 'knex';
import type { OfferingRetention } from '../retention-rule.js';
import { containing, listing, type Listing, type Page } from './page.js';

/** An imported offering of a backup provider; the seed calls it a policy, and so does its table. */
export interface BackupOffering extends OfferingRetention {
  id: number;
  uuid: string;
  zoneId: number;
  name: string;
  description: string;
  externalId: string;
  provider: string;
  /** Whether users may take backups under it themselves. */
  userDriven: boolean;
  created: Date;
  removed: Date | null;
}

/** An offering that a machine is in. */
export interface AssignedOffering extends BackupOffering {
  vmId: number;
}

/** An offering with what answers show of the repository that it is. */
export interface BackupOfferingView extends BackupOffering {
  /** Whether machines may be created in other zones from its backups; null if it is no repository. */
  crossZone: boolean | null;
}

/** What a list of offerings is narrowed by. */
export interface BackupOfferingFilter {
  readonly id?: number | undefined;
  readonly zoneId?: number | undefined;
  readonly name?: string | undefined;
  readonly keyword?: string | undefined;
}

export type BackupOfferingChanges = Partial<Pick<BackupOffering, 'name' | 'description' | 'userDriven' | keyof OfferingRetention>>;

export class BackupOfferingDao {
  constructor(private readonly db: Knex) {}

  /** Fails with a duplicate key if the zone has the name or the external id already. */
  async insert(offering: Omit<BackupOffering, 'id'>): Promise<BackupOffering> {
    const [id] = (await this.db('backup_policy').insert(offering)) as [number];
    return { ...offering, id };
  }

  findByUuid(uuid: string): Promise<BackupOfferingView | undefined> {
    return this.views(this.live().where({ uuid })).first();
  }

  findByIdIncludingRemoved(id: number): Promise<BackupOffering | undefined> {
    return this.db('backup_policy').where({ id }).first();
  }

  findByExternalId(zoneId: number, externalId: string): Promise<BackupOffering | undefined> {
    return this.live().where({ zoneId, externalId }).first();
  }

  findByName(zoneId: number, name: string): Promise<BackupOffering | undefined> {
    return this.live().where({ zoneId, name }).first();
  }

  /** The offering that each of the machines is in, as far as one is. */
  listOfVms(vmIds: readonly number[]): Promise<AssignedOffering[]> {
    return this.db('backup_policy_vm_map as assignment')
      .where('assignment.state', 'Assigned')
      .whereIn('assignment.vmId', vmIds)
      .join('backup_policy', 'backup_policy.id', 'assignment.policyId')
      .select('backup_policy.*', 'assignment.vmId');
  }

  list({ id, zoneId, name, keyword }: BackupOfferingFilter, page: Page): Promise<Listing<BackupOfferingView>> {
    const query = containing(this.live(), keyword, ['name']).orderBy('id');
    for (const [column, value] of Object.entries({ id, zoneId, name })) if (value !== undefined) void query.where({ [column]: value });
    return listing(query, page, (rows) => this.views(rows));
  }

  /** Fails with a duplicate key if the zone has the name already. */
  async update(id: number, changes: BackupOfferingChanges): Promise<void> {
    await this.live().where({ id }).update(changes);
  }

  /** Removes the offering; false if somebody else has done so. */
  async remove(id: number, removed: Date): Promise<boolean> {
    return (await this.live().where({ id }).update({ removed, live: null })) === 1;
  }

  private live() {
    return this.db('backup_policy').whereNull('removed');
  }

  private views(rows: Knex.QueryBuilder): Knex.QueryBuilder {
    return this.db
      .from(rows.as('backup_policy'))
      .leftJoin('backup_repository as repository', (on) =>
        on.on('repository.uuid', 'backup_policy.externalId').andOnNull('repository.removed'),
      )
      .orderBy('backup_policy.id')
      .select('backup_policy.*', 'repository.crossZone');
  }
}
