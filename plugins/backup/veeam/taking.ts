import { ProviderError } from '../../../src/provider/index.js';
import type { DeleteBackup, ProviderBackup, TakeBackup, Volume } from '../../../src/provider/index.js';
import type { Assignments } from './assignments.js';
import type { Catalogue } from './catalogue.js';
import type { SessionFollower } from './session-follower.js';
import type { SessionOperations } from './session-operations.js';
import type { JobRun, RestorePoint, Run, Transport, VsphereMachine } from './transport.js';

const METHOD = 'takeBackup';

/** What was decided of a backup before it began. */
interface Plan {
  readonly job: string;
  /** As vCenter has it. */
  readonly machine: VsphereMachine;
  readonly volumes: readonly Volume[];
}

const runOf = ({ job }: Plan): Run => ({ kind: 'backup', job });

/** Takes backups, and removes them. */
export class Taking {
  constructor(
    private readonly assignments: Assignments,
    private readonly catalogue: Catalogue,
    private readonly operations: SessionOperations,
    private readonly follower: SessionFollower,
    /** How many looks it may take until a restore point is seen after its session. */
    private readonly patience: number,
  ) {}

  async take(transport: Transport, request: TakeBackup, signal: AbortSignal): Promise<ProviderBackup> {
    const { machine, offeringExternalId, operationId } = request;
    if (request.quiesce && !(await transport.capabilities(signal)).quiesce) {
      throw new ProviderError('unsupported', 'Veeam freezes guests as the job says, not as a single backup wants it');
    }
    const plan = async (): Promise<Plan> => {
      const job = await this.assignments.jobOf(transport, machine.uuid, offeringExternalId, signal);
      const located = await this.assignments.locate(transport, machine, signal);
      if (located) return { job, machine: located, volumes: request.volumes };
      throw new ProviderError('not_found', `vCenter, as Veeam sees it, has no machine ${machine.name}`);
    };
    const finish = async ({ job, machine: located, volumes }: Plan, session: string) => {
      const point = await this.takenBy(transport, { job, session, machine: located }, signal);
      await this.catalogue.add(transport, point, { machineUuid: machine.uuid, machine: located, operationId, volumes }, signal);
      return { restorePoint: point.id };
    };
    const start = ({ job }: Plan, limited: AbortSignal) => transport.startBackup(job, limited);
    const work = { method: METHOD, subject: machine.uuid, stage: 'backing up', plan, run: runOf, start, finish };
    const { restorePoint } = await this.operations.run(transport, request, work, signal);
    // Not the outcome of the operation: the restore point may have been removed since.
    const backup = await this.catalogue.find(transport, restorePoint, signal);
    if (!backup) throw new ProviderError('not_found', `the restore point ${restorePoint} that the operation took is gone`);
    return backup;
  }

  async delete(transport: Transport, request: DeleteBackup, signal: AbortSignal): Promise<void> {
    const { externalId, takenBy } = request;
    if (externalId !== undefined) return this.remove(transport, externalId, request, signal);
    if (takenBy === undefined) throw new ProviderError('rejected', 'neither the backup to delete nor the operation that took it is named');
    const taking = { operationId: takenBy, method: METHOD, run: (given: unknown) => runOf(given as Plan) };
    const { plan, session, outcome } = await this.operations.cancel(transport, taking, request, signal);
    if (outcome !== undefined) return this.remove(transport, (outcome as { readonly restorePoint: string }).restorePoint, request, signal);
    if (session === undefined) return;
    const { result } = await this.follower.stop(transport, session, signal);
    if (result === 'Failed') return;
    const { job, machine } = plan as Plan;
    const { id } = await this.takenBy(transport, { job, machine, session }, signal);
    await this.remove(transport, id, request, signal);
  }

  /** With `forced` also what depends on it, the last link first: Veeam would keep what can no longer be restored, or drop it unsaid. */
  private async remove(transport: Transport, id: string, operation: DeleteBackup, signal: AbortSignal): Promise<void> {
    await this.joinDeletion(transport, operation, signal);
    const { deleteBackup: canDeleteAny } = await transport.capabilities(signal);
    // Where it cannot, it deletes none that has others beside it.
    const dependants = canDeleteAny ? await this.catalogue.dependantsOf(transport, id, signal) : [];
    if (dependants.length > 0 && !operation.forced) {
      throw new ProviderError('rejected', `${dependants.length} later restore points of its chain cannot be restored without ${id}`);
    }
    for (const each of [...dependants, id]) {
      const session = await transport.deleteRestorePoint(each, signal);
      if (session !== undefined) await this.follower.follow(transport, session, operation, 'deleting', signal);
      await this.catalogue.remove(each);
    }
  }

  /** Waits for what a server that died over the operation has begun to delete; a session that Veeam has forgotten is over. */
  private async joinDeletion(transport: Transport, operation: DeleteBackup, signal: AbortSignal): Promise<void> {
    if (operation.resume === undefined) return;
    await this.follower.follow(transport, operation.resume, operation, 'deleting', signal).catch((error: unknown) => {
      if (!(error instanceof ProviderError && error.fault === 'not_found')) throw error;
    });
  }

  /** The restore point may be seen a little later than the end of its session. */
  private async takenBy(transport: Transport, run: JobRun, signal: AbortSignal): Promise<RestorePoint> {
    for (let looks = 0; looks < this.patience; looks++) {
      const point = await transport.findTaken(run, signal);
      if (point) return point;
      await this.follower.pause(looks, signal);
    }
    throw new ProviderError('unknown', `session ${run.session} ended well, but no restore point of ${run.machine.name} is to be seen`);
  }
}
