import type { Knex } from 'knex';
import type { MachineState, VolumeType } from '../provider/index.js';
import { ownedBy, perOwner, withOwnerNames, type OwnerNames, type Owners, type Owning } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';

/**
 * - `Copying`: a provider is writing it from a backup; it cannot be used. When it is removed, what was written is still to be deleted
 * - `Allocated`: it exists and has never been attached
 * - `Ready`: it can be used
 * - `Destroy`: it went with its machine and comes back with it
 */
export type VolumeState = 'Copying' | 'Allocated' | 'Ready' | 'Destroy';

/** The server's copy of a volume; the zone's inventory source is the truth. */
export interface Volume {
  id: number;
  uuid: string;
  zoneId: number;
  accountId: number;
  domainId: number;
  vmId: number | null;
  /** Since when it has been seen on that machine. */
  attached: Date | null;
  name: string;
  type: VolumeType;
  deviceNumber: number | null;
  sizeBytes: number;
  path: string;
  digest: string | null;
  state: VolumeState;
  /** The restore that made it. */
  operationId: string | null;
  /** The restore that writes it now, or its deletion. */
  restoreOperation: string | null;
  created: Date;
  removed: Date | null;
}

/** A volume with the names that answers show. */
export interface VolumeView extends Volume, OwnerNames {
  vmUuid: string | null;
  vmName: string | null;
  vmDisplayName: string | null;
  vmState: MachineState | null;
  vmRestoreOperation: string | null;
}

/** What the inventory source can change. */
export type StoredVolumeFacts = Pick<
  Volume,
  'vmId' | 'attached' | 'name' | 'type' | 'deviceNumber' | 'sizeBytes' | 'path' | 'digest' | 'state' | 'removed'
>;

/** What a list of volumes is narrowed by. */
export interface VolumeFilter extends Owners {
  readonly id?: number | undefined;
  readonly uuids?: readonly string[] | undefined;
  readonly name?: string | undefined;
  readonly state?: string | undefined;
  readonly type?: string | undefined;
  readonly zoneId?: number | undefined;
  readonly vmId?: number | undefined;
  readonly keyword?: string | undefined;
}

/** How many volumes there are that have not been destroyed, and their bytes. */
export interface VolumeCount {
  readonly owner: number | string;
  readonly volumes: number;
  readonly volumeBytes: number;
}

const HALF_MADE_AT_ONCE = 100;

export class VolumeDao {
  constructor(private readonly db: Knex) {}

  async insert(volume: Omit<Volume, 'id'>): Promise<Volume> {
    const [id] = (await this.db('volume').insert(volume)) as [number];
    return { ...volume, id };
  }

  findByUuid(uuid: string): Promise<Volume | undefined> {
    return this.db('volume').where({ uuid }).whereNull('removed').first();
  }

  findByOperation(operationId: string): Promise<Volume | undefined> {
    return this.db('volume').where({ operationId }).first();
  }

  findView(uuid: string): Promise<VolumeView | undefined> {
    return this.views().where('volume.uuid', uuid).first();
  }

  listByUuidsIncludingRemoved(uuids: readonly string[]): Promise<Volume[]> {
    return this.db('volume').whereIn('uuid', uuids);
  }

  listByVm(vmId: number): Promise<Volume[]> {
    return this.db('volume').where({ vmId }).whereNull('removed').orderBy('deviceNumber');
  }

  list({ id, uuids, name, type, state, zoneId, vmId, keyword, ...owners }: VolumeFilter, page: Page): Promise<Listing<VolumeView>> {
    const wanted = ownedBy(this.db('volume').whereNull('removed'), owners).orderBy('id');
    const given = { id, name, type, zoneId, vmId };
    for (const [column, value] of Object.entries(given)) if (value !== undefined) void wanted.where({ [column]: value });
    if (uuids !== undefined) void wanted.whereIn('uuid', uuids);
    if (state === 'Restoring') void wanted.whereNotNull('restoreOperation');
    else if (state !== undefined) void wanted.where({ state }).whereNull('restoreOperation');
    return listing(containing(wanted, keyword, ['name']), page, (rows) => this.views(rows));
  }

  async existOwnedBy(owners: Owners): Promise<boolean> {
    return (await ownedBy(this.db('volume').whereNull('removed'), owners).first('id')) !== undefined;
  }

  /** What each owner has; owners without any are left out. */
  async countPerOwner(owning: Owning): Promise<VolumeCount[]> {
    const sums = this.db('volume').whereNull('removed').whereNot({ state: 'Destroy' }).count({ volumes: '*' });
    const rows = (await perOwner(this.db, sums.sum({ volumeBytes: 'sizeBytes' }), owning)) as VolumeCount[];
    return rows.map(({ owner, volumes, volumeBytes }) => ({ owner, volumes, volumeBytes: Number(volumeBytes) }));
  }

  async updateFacts(id: number, facts: StoredVolumeFacts): Promise<void> {
    await this.db('volume')
      .where({ id })
      .update({ ...facts, live: facts.removed ? null : 1 });
  }

  /** Marks the volumes as being written by `operation`; false if another one has any of them. Repeating it is no harm. */
  async beginRestore(uuids: readonly string[], operation: string): Promise<boolean> {
    const named = () => this.db('volume').whereIn('uuid', uuids);
    await named().whereNull('restoreOperation').update({ restoreOperation: operation });
    const others = named().where((other) => void other.whereNull('restoreOperation').orWhereNot({ restoreOperation: operation }));
    return (await others.first('id')) === undefined;
  }

  /** Takes the operation's marks away; answers how many. */
  endRestore(operation: string): Promise<number> {
    return this.db('volume').where({ restoreOperation: operation }).update({ restoreOperation: null });
  }

  /** Those of the zone that are being written or deleted. */
  listMarked(zoneId: number): Promise<Volume[]> {
    return this.db('volume').where({ zoneId }).whereNotNull('restoreOperation').orderBy('id');
  }

  /** The restores that make volumes of the zone. */
  async operationsMakingIn(zoneId: number): Promise<string[]> {
    const made = this.db('volume').where({ zoneId, state: 'Copying' }).whereNull('removed').whereNotNull('operationId');
    return ((await made.select('operationId')) as { operationId: string }[]).map(({ operationId }) => operationId);
  }

  /** Removes the volume that the operation was making and has not finished; what was written of it stays to be deleted. */
  removeUnfinished(operationId: string, removed: Date): Promise<number> {
    return this.db('volume').where({ operationId, state: 'Copying' }).whereNull('removed').update({ removed, live: null });
  }

  /** Those of the zone that restores have not finished which ended by then; only so many at once. */
  listHalfMade(zoneId: number, ended: Date): Promise<Volume[]> {
    return this.db('volume').where({ zoneId, state: 'Copying' }).where('removed', '<=', ended).orderBy('id').limit(HALF_MADE_AT_ONCE);
  }

  /** Notes that nothing is left of what was written of the volume; false if somebody else has done so. */
  async endHalfMade(id: number): Promise<boolean> {
    return (await this.db('volume').where({ id, state: 'Copying' }).whereNotNull('removed').update({ state: 'Destroy' })) === 1;
  }

  async markRemoved(ids: readonly number[], removed: Date): Promise<void> {
    await this.db('volume').whereIn('id', ids).update({ removed, live: null, vmId: null, attached: null });
  }

  private views(rows?: Knex.QueryBuilder) {
    return withOwnerNames(this.db, 'volume', rows)
      .leftJoin('virtual_machine as vm', 'vm.id', 'volume.vmId')
      .select(
        'vm.uuid as vmUuid',
        'vm.name as vmName',
        'vm.displayName as vmDisplayName',
        'vm.state as vmState',
        'vm.restoreOperation as vmRestoreOperation',
      );
  }
}
