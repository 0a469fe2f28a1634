import type { Daos, Database } from '../dao/database.js';
import type { Actor, EventRecorder, Finding } from '../events/event-recorder.js';
import type { MarkedWork } from '../inventory/marked-work.js';
import { isBeingDeleted } from '../inventory/volume-deletion.js';
import { settle } from '../jobs/settle.js';

/**
 * Puts back what operations have left in passing states on which neither a job nor a request works any more. Nobody has to be asked for
 * that, so it holds in every zone, be backups off there or the provider gone.
 */
export class AbandonedWork {
  constructor(
    private readonly db: Database,
    private readonly marked: MarkedWork,
    private readonly events: EventRecorder,
    private readonly now: () => Date,
  ) {}

  /** Settles what is left in the zone, and tells the owners; answers of how many operations. */
  async settle(zoneId: number, actor: Actor): Promise<number> {
    const { backups, vms, volumes, assignments, jobs } = this.db.daos;
    // Of a volume whose deletion was broken off, only its source knows whether it is there.
    const written = (await volumes.listMarked(zoneId)).filter((volume) => !isBeingDeleted(volume));
    const left = [
      ...(await backups.operationsIn(zoneId)),
      ...(await vms.operationsIn(zoneId)),
      ...written.flatMap(({ restoreOperation }) => restoreOperation ?? []),
      ...(await volumes.operationsMakingIn(zoneId)),
      ...(await assignments.operationsIn(zoneId)),
    ];
    const operations = [...new Set(left)];
    // Asked afterwards: a job that has ended since has settled its own.
    const pending = await jobs.pendingAmong('operationId', operations);
    let settled = 0;
    for (const operation of operations) if (!pending.has(operation) && (await this.settleOne(operation, actor))) settled += 1;
    return settled;
  }

  /** False if a request is at it, or somebody else was faster. */
  private settleOne(operation: string, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (daos) => {
      if (!(await this.marked.claim(daos, operation))) return false;
      const findings = await findingsOf(daos, operation);
      const isSettled = await settle(daos, operation, this.now());
      await daos.leases.end(operation);
      if (isSettled) await this.events.found(daos, actor, findings);
      return isSettled;
    });
  }
}

/** What the owners are told when what the operation has left is put back. */
async function findingsOf({ backups, vms, volumes, assignments }: Daos, operation: string): Promise<Finding[]> {
  const backup = await backups.findByOperation(operation);
  const restored = await vms.findByRestore(operation);
  const volume = await volumes.findByOperation(operation);
  const assignment = await assignments.findUnfinished(operation);
  const assigned = assignment && (await vms.findByIdIncludingRemoved(assignment.vmId));
  const told = (type: Finding['type'], thing: Finding['thing'] | undefined, what: string): Finding[] =>
    thing ? [{ type, thing, level: 'WARN', description: `${what}: nobody works on that any more` }] : [];
  return [
    ...told('Backup', backup?.status === 'BackingUp' ? backup : undefined, `backup ${backup?.uuid} was not taken, as far as is known`),
    ...told('VirtualMachine', restored, `virtual machine ${restored?.uuid} was not restored to the end, and is no longer Restoring`),
    ...told('Volume', volume?.state === 'Copying' && !volume.removed ? volume : undefined, `volume ${volume?.uuid} was not restored`),
    ...told('VirtualMachine', assigned, `virtual machine ${assigned?.uuid} was not put into its backup offering, and is taken out of it`),
  ];
}
