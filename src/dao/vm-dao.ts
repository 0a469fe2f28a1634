import type { Knex } from 'knex';
import type { MachineState } from '../provider/index.js';
import { ownedBy, withOwnerNames, type OwnerNames, type Owners } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';

/** The server's copy of a virtual machine; the zone's inventory source is the truth. */
export interface Vm {
  id: number;
  uuid: string;
  zoneId: number;
  accountId: number;
  domainId: number;
  name: string;
  displayName: string;
  state: MachineState;
  hypervisor: string;
  cpuNumber: number;
  cpuSpeedMhz: number;
  memoryMb: number;
  osType: string;
  templateName: string;
  serviceOfferingName: string;
  /** JSON text. */
  settings: string;
  /** JSON text. */
  nics: string;
  /** The restore that works on the machine now. */
  restoreOperation: string | null;
  created: Date;
  removed: Date | null;
}

/** A machine with the names that answers show. */
export interface VmView extends Vm, OwnerNames {
  backupOfferingUuid: string | null;
  backupOfferingName: string | null;
}

/** What the inventory source can change. */
export type VmFacts = Omit<Vm, 'id' | 'uuid' | 'zoneId' | 'accountId' | 'domainId' | 'restoreOperation' | 'created'>;

/** What a list of machines is narrowed by. */
export interface VmFilter extends Owners {
  readonly id?: number | undefined;
  readonly name?: string | undefined;
  readonly state?: string | undefined;
  readonly zoneId?: number | undefined;
  readonly backupOfferingId?: number | undefined;
  readonly keyword?: string | undefined;
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

  findByIdIncludingRemoved(id: number): Promise<Vm | undefined> {
    return this.db('virtual_machine').where({ id }).first();
  }

  async findView(uuid: string): Promise<VmView | undefined> {
    return this.views().where('virtual_machine.uuid', uuid).first();
  }

  list(filter: VmFilter, page: Page): Promise<Listing<VmView>> {
    const query = ownedBy(this.views(), 'virtual_machine', filter)
      .whereNull('virtual_machine.removed')
      .orderBy('virtual_machine.id');
    const given = { id: filter.id, name: filter.name, zoneId: filter.zoneId };
    for (const [column, value] of Object.entries(given)) {
      if (value !== undefined) void query.where(`virtual_machine.${column}`, value);
    }
    if (filter.backupOfferingId !== undefined) void query.where('offering.id', filter.backupOfferingId);
    if (filter.state === 'Restoring') void query.whereNotNull('virtual_machine.restoreOperation');
    else if (filter.state !== undefined) {
      void query.where('virtual_machine.state', filter.state).whereNull('virtual_machine.restoreOperation');
    }
    return listing(containing(query, filter.keyword, ['virtual_machine.name', 'virtual_machine.displayName']), page);
  }

  async updateFacts(id: number, facts: VmFacts): Promise<void> {
    await this.db('virtual_machine')
      .where({ id })
      .update({ ...facts, live: facts.removed ? null : 1 });
  }

  async markExpunged(id: number, removed: Date): Promise<void> {
    await this.db('virtual_machine').where({ id }).update({ state: 'Expunging', removed, live: null });
  }

  /** Marks the machine as being restored by `operation`; false if another restore has it. Repeating it is no harm. */
  async beginRestore(id: number, operation: string): Promise<boolean> {
    const begun = await this.db('virtual_machine')
      .where({ id })
      .where((free) => free.whereNull('restoreOperation').orWhere({ restoreOperation: operation }))
      .update({ restoreOperation: operation });
    return begun === 1;
  }

  /** Takes the mark away, if it is still this operation's. */
  async endRestore(id: number, operation: string): Promise<void> {
    await this.db('virtual_machine').where({ id, restoreOperation: operation }).update({ restoreOperation: null });
  }

  private live() {
    return this.db('virtual_machine').whereNull('removed');
  }

  private views() {
    return withOwnerNames(this.db, 'virtual_machine')
      .leftJoin('backup_policy_vm_map as assignment', (on) =>
        on.on('assignment.vmId', 'virtual_machine.id').andOnVal('assignment.state', 'Assigned'),
      )
      .leftJoin('backup_policy as offering', 'offering.id', 'assignment.policyId')
      .select('offering.uuid as backupOfferingUuid', 'offering.name as backupOfferingName');
  }
}
