import type { Knex } from 'knex';
import type { MachineState } from '../provider/index.js';
import { ownedBy, perOwner, withOwnerNames, type OwnerNames, type Owners, type Owning } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';

/** The server's copy of a virtual machine; the zone's inventory source is the truth. */
export interface Vm {
  id: number;
  uuid: string;
  zoneId: number;
  accountId: number;
  domainId: number;
  /** Who had it made; null for a machine that was found. */
  userId: number | null;
  name: string;
  displayName: string;
  state: MachineState;
  hypervisor: string;
  cpuNumber: number;
  cpuSpeedMhz: number;
  memoryMb: number;
  osType: string;
  osTypeUuid: string | null;
  templateName: string;
  templateUuid: string | null;
  serviceOfferingName: string;
  serviceOfferingUuid: string | null;
  /** JSON text. */
  settings: string;
  /** JSON text. */
  nics: string;
  /** What it runs on; null if its source does not say. */
  host: string | null;
  /** The restore that works on the machine now, or its recovery. */
  restoreOperation: string | null;
  created: Date;
  removed: Date | null;
}

/** A machine with the names that answers show. */
export interface VmView extends Vm, OwnerNames {
  backupOfferingUuid: string | null;
  backupOfferingName: string | null;
  userUuid: string | null;
  username: string | null;
}

/** What the inventory source can change. */
export type VmFacts = Omit<Vm, 'id' | 'uuid' | 'zoneId' | 'accountId' | 'domainId' | 'userId' | 'restoreOperation' | 'created'>;

/** What a list of machines is narrowed by. */
export interface VmFilter extends Owners {
  readonly id?: number | undefined;
  readonly uuids?: readonly string[] | undefined;
  readonly name?: string | undefined;
  readonly state?: string | undefined;
  readonly zoneId?: number | undefined;
  readonly backupOfferingId?: number | undefined;
  readonly keyword?: string | undefined;
}

/** How many machines there are that have not been destroyed, and their hardware. */
export interface VmCount {
  readonly owner: number | string;
  readonly machines: number;
  readonly cpus: number;
  readonly memoryMb: number;
}

export class VmDao {
  constructor(private readonly db: Knex) {}

  async insert(vm: Omit<Vm, 'id'>): Promise<Vm> {
    const [id] = (await this.db('virtual_machine').insert(vm)) as [number];
    return { ...vm, id };
  }

  findByUuid(uuid: string): Promise<Vm | undefined> {
    return this.live().where({ uuid }).first();
  }

  findByUuidIncludingRemoved(uuid: string): Promise<Vm | undefined> {
    return this.db('virtual_machine').where({ uuid }).first();
  }

  /** Those whose accounts are there. */
  listByUuidsIncludingRemoved(uuids: readonly string[]): Promise<Vm[]> {
    const accounts = this.db('account').whereNull('removed').select('id');
    return this.db('virtual_machine')
      .whereIn('uuid', [...uuids])
      .whereIn('accountId', accounts);
  }

  findByIdIncludingRemoved(id: number): Promise<Vm | undefined> {
    return this.db('virtual_machine').where({ id }).first();
  }

  findView(uuid: string): Promise<VmView | undefined> {
    return this.views().where('virtual_machine.uuid', uuid).first();
  }

  list({ id, uuids, name, zoneId, state, backupOfferingId, keyword, ...owners }: VmFilter, page: Page): Promise<Listing<VmView>> {
    const wanted = ownedBy(this.live(), owners).orderBy('id');
    for (const [column, value] of Object.entries({ id, name, zoneId })) if (value !== undefined) void wanted.where({ [column]: value });
    if (uuids !== undefined) void wanted.whereIn('uuid', uuids);
    if (backupOfferingId !== undefined) {
      const assigned = { policyId: backupOfferingId, state: 'Assigned' };
      void wanted.whereIn('id', this.db('backup_policy_vm_map').where(assigned).select('vmId'));
    }
    if (state === 'Restoring') void wanted.whereNotNull('restoreOperation');
    else if (state !== undefined) void wanted.where({ state }).whereNull('restoreOperation');
    return listing(containing(wanted, keyword, ['name', 'displayName']), page, (rows) => this.views(rows));
  }

  async existOwnedBy(owners: Owners): Promise<boolean> {
    return (await ownedBy(this.live(), owners).first('id')) !== undefined;
  }

  /** What each owner has; owners without any are left out. */
  async countPerOwner(owning: Owning): Promise<VmCount[]> {
    const sums = this.live().whereNotIn('state', ['Destroyed', 'Expunging', 'Error']).count({ machines: '*' });
    const rows = (await perOwner(this.db, sums.sum({ cpus: 'cpuNumber', memoryMb: 'memoryMb' }), owning)) as VmCount[];
    return rows.map(({ owner, ...sum }) => ({ owner, machines: sum.machines, cpus: Number(sum.cpus), memoryMb: Number(sum.memoryMb) }));
  }

  async updateFacts(id: number, facts: VmFacts): Promise<void> {
    await this.db('virtual_machine')
      .where({ id })
      .update({ ...facts, live: facts.removed ? null : 1 });
  }

  async markExpunged(id: number, removed: Date): Promise<void> {
    await this.db('virtual_machine').where({ id }).update({ state: 'Expunging', removed, live: null, restoreOperation: null });
  }

  /** Marks the machine as being restored by `operation`; false if another restore has it, or if it is gone. Repeating it is no harm. */
  async beginRestore(id: number, operation: string): Promise<boolean> {
    const begun = await this.live()
      .where({ id })
      .where((free) => void free.whereNull('restoreOperation').orWhere({ restoreOperation: operation }))
      .update({ restoreOperation: operation });
    return begun === 1;
  }

  /** Takes the operation's mark away, if it is on a machine; answers on how many it was. */
  endRestore(operation: string): Promise<number> {
    return this.db('virtual_machine').where({ restoreOperation: operation }).update({ restoreOperation: null });
  }

  /** The machine that the operation restores. */
  findByRestore(operation: string): Promise<Vm | undefined> {
    return this.db('virtual_machine').where({ restoreOperation: operation }).first();
  }

  /** The restores that work on machines of the zone. */
  async operationsIn(zoneId: number): Promise<string[]> {
    const marked = this.db('virtual_machine').where({ zoneId }).whereNotNull('restoreOperation');
    return ((await marked.distinct('restoreOperation')) as { restoreOperation: string }[]).map((row) => row.restoreOperation);
  }

  private live() {
    return this.db('virtual_machine').whereNull('removed');
  }

  private views(rows?: Knex.QueryBuilder) {
    return withOwnerNames(this.db, 'virtual_machine', rows)
      .leftJoin('backup_policy_vm_map as assignment', (on) =>
        on.on('assignment.vmId', 'virtual_machine.id').andOnVal('assignment.state', 'Assigned'),
      )
      .leftJoin('backup_policy as offering', 'offering.id', 'assignment.policyId')
      .leftJoin('user', 'user.id', 'virtual_machine.userId')
      .select('offering.uuid as backupOfferingUuid', 'offering.name as backupOfferingName')
      .select('user.uuid as userUuid', 'user.username');
  }
}
