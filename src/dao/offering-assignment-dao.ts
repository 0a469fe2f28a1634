import type { Knex } from 'knex';
import type { Holding } from './backup-look-dao.js';

/**
 * - `Assigning`: the provider is being told; the machine is not protected yet
 * - `Assigned`: the provider has confirmed
 * - `Removing`: the provider is being told to let the machine go, or will be: nobody knows whether it has it
 */
export type AssignmentState = 'Assigning' | 'Assigned' | 'Removing';

/** Which offering a machine is in: at most one. */
export interface OfferingAssignment {
  id: number;
  vmId: number;
  policyId: number;
  zoneId: number;
  state: AssignmentState;
  /** The operation that made it or is removing it. */
  operationId: string;
  /** The provider's name for the pair. */
  externalId: string | null;
  created: Date;
}

export class OfferingAssignmentDao {
  constructor(private readonly db: Knex) {}

  /** Fails with a duplicate key if the machine is in an offering already. */
  async insert(assignment: Omit<OfferingAssignment, 'id'>): Promise<OfferingAssignment> {
    const [id] = (await this.db('backup_policy_vm_map').insert(assignment)) as [number];
    return { ...assignment, id };
  }

  findByVm(vmId: number): Promise<OfferingAssignment | undefined> {
    return this.db('backup_policy_vm_map').where({ vmId }).first();
  }

  /** The offering that each of the machines is in, as far as it is the provider's. */
  async offeringsOf(vmIds: readonly number[], provider: string): Promise<ReadonlyMap<number, number>> {
    const offerings = this.db('backup_policy').where({ provider }).select('id');
    const assigned = this.db('backup_policy_vm_map')
      .whereIn('vmId', [...vmIds])
      .whereIn('policyId', offerings);
    const rows = (await assigned.select('vmId', 'policyId')) as { vmId: number; policyId: number }[];
    return new Map(rows.map(({ vmId, policyId }) => [vmId, policyId]));
  }

  /** The operations that are assigning machines of the zone. */
  async operationsIn(zoneId: number): Promise<string[]> {
    const unfinished = this.db('backup_policy_vm_map').where({ zoneId, state: 'Assigning' });
    return ((await unfinished.select('operationId')) as { operationId: string }[]).map(({ operationId }) => operationId);
  }

  /** The machines that are leaving the provider's offerings in the zone. */
  listRemoving({ zoneId, provider }: Holding): Promise<OfferingAssignment[]> {
    const offerings = this.db('backup_policy').where({ provider }).select('id');
    return this.db('backup_policy_vm_map').where({ zoneId, state: 'Removing' }).whereIn('policyId', offerings);
  }

  async existForOffering(policyId: number): Promise<boolean> {
    return (await this.db('backup_policy_vm_map').where({ policyId }).first('id')) !== undefined;
  }

  /** Moves the assignment on only if it is still in `from`; false says that somebody else moved it first. */
  async transition(
    id: number,
    from: AssignmentState,
    to: AssignmentState,
    changes: Partial<Pick<OfferingAssignment, 'operationId' | 'externalId'>> = {},
  ): Promise<boolean> {
    const moved = await this.db('backup_policy_vm_map')
      .where({ id, state: from })
      .update({ ...changes, state: to });
    return moved === 1;
  }

  /** The assignment that the operation is making and has not finished. */
  findUnfinished(operationId: string): Promise<OfferingAssignment | undefined> {
    return this.db('backup_policy_vm_map').where({ operationId, state: 'Assigning' }).first();
  }

  /** Has the machine leave the offering that the operation was putting it in and has not finished; answers how many. */
  letGoUnfinished(operationId: string): Promise<number> {
    return this.db('backup_policy_vm_map').where({ operationId, state: 'Assigning' }).update({ state: 'Removing' });
  }

  /** Ends an assignment that is in the given state. */
  async delete(id: number, state: AssignmentState): Promise<boolean> {
    return (await this.db('backup_policy_vm_map').where({ id, state }).delete()) === 1;
  }
}
