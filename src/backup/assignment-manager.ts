import { assertMayUse } from '../account/access.js';
import { runningJob, type CallContext } from '../call-context.js';
import type { BackupOffering } from '../dao/backup-offering-dao.js';
import type { Database } from '../dao/database.js';
import { isDuplicate } from '../dao/database-error.js';
import type { OfferingAssignment } from '../dao/offering-assignment-dao.js';
import type { Vm } from '../dao/vm-dao.js';
import type { Zone } from '../dao/zone-dao.js';
import { ApiError, found, invalid, NotFound, refused } from '../errors.js';
import { machineOf, volumeOf } from '../inventory/facts.js';
import type { InventoryCopy } from '../inventory/inventory-copy.js';
import type { MachineManager } from '../inventory/machine-manager.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import type { Log } from '../log.js';
import { operationOf } from '../plugin-host/operation.js';
import { leftNothingDone, type Assign } from '../provider/index.js';
import { assigned, released } from '../usage/ledger-entries.js';
import type { BackupFramework } from './backup-framework.js';
import { unprotected } from './protection.js';

const ASSIGNABLE: ReadonlySet<string> = new Set(['Running', 'Stopped']);

/** What a caller says about an assignment beyond the machine and the offering. */
export interface AssignWish {
  readonly zoneUuid: string | undefined;
  /** Whether a machine that is in the offering already is as good as assigned. */
  readonly mayBeAssigned: boolean;
}

/** What a caller says when a machine is to leave its offering. */
export interface RemoveWish {
  /** The offering that it must be in; any if undefined. */
  readonly offeringUuid: string | undefined;
  readonly forced: boolean;
}

interface TakeOutWish extends RemoveWish {
  /** Whether the machine is about to be gone: where nobody knows whether the provider has let go, a job is to find out afterwards. */
  readonly isGoing: boolean;
}

/** Puts machines under offerings and takes them out again: a machine is in one at most. */
export class AssignmentManager {
  constructor(
    private readonly db: Database,
    private readonly zones: ZoneDirectory,
    private readonly framework: BackupFramework,
    private readonly machines: MachineManager,
    private readonly copy: InventoryCopy,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  /** Assigns a machine that is in no offering; the zone, if given, must be the machine's. */
  async assign(vmUuid: string, offeringUuid: string, { zoneUuid, mayBeAssigned }: AssignWish, call: CallContext): Promise<void> {
    const vm = await this.copy.refreshExisting(vmUuid, call.signal);
    const zone = this.checkMachine(vm, zoneUuid, call);
    const begun = await this.begin(vm, offeringUuid, zone, call);
    if (!begun && !mayBeAssigned && !runningJob(call).isRepeat) throw alreadyAssigned(vm);
    if (!begun) return;
    const { assignment, offering } = begun;
    const reference = await this.tellOf(assignment, vm, zone, offering, call);
    await this.db.transaction(async ({ assignments, usage }) => {
      const isNew = await assignments.transition(assignment.id, 'Assigning', 'Assigned', { externalId: reference });
      if (isNew) await usage.append(assigned(assignment, vm, this.now()));
    });
  }

  /** Has the provider put the machine under the offering; if it certainly has not, the assignment is gone. Answers the provider's name of it. */
  private async tellOf(assignment: OfferingAssignment, vm: Vm, zone: Zone, offering: BackupOffering, call: CallContext) {
    try {
      // Recorded first, looked at afterwards, as the removal of an offering does the other way round: one of the two sees the other.
      if (!(await this.db.daos.offerings.findByUuid(offering.uuid))) throw new NotFound('backup offering', offering.uuid);
      const provider = this.framework.provider(offering.provider, zone);
      const volumes = (await this.db.daos.volumes.listByVm(vm.id)).map(volumeOf);
      const { reference } = await provider.assign({ ...assignRequest('assign', vm, zone, offering, call), volumes }, call.signal);
      return reference ?? null;
    } catch (error) {
      const isUndone = error instanceof ApiError || leftNothingDone(error);
      if (isUndone && !runningJob(call).isTriedAgain(error)) {
        await this.db.transaction(({ assignments }) => assignments.delete(assignment.id, 'Assigning'));
      }
      throw error;
    }
  }

  /** Takes the machine out of its offering; its backups stay, its schedules go. With `forced` also if the provider does not let go. */
  async remove(vmUuid: string, wish: RemoveWish, call: CallContext): Promise<void> {
    await this.takeOut(vmUuid, { ...wish, isGoing: false }, call);
  }

  private async takeOut(vmUuid: string, wish: TakeOutWish, call: CallContext): Promise<void> {
    const vm = await this.machines.getIncludingRemoved(call.caller, vmUuid);
    const zone = this.zones.getById(vm.zoneId);
    this.framework.assertEnabled(zone);
    const begun = await this.beginRemoval(vm, wish.offeringUuid, call);
    if (!begun) return;
    const { assignment, offering } = begun;
    const isConfirmed = await this.db.daos.usage.isAssigned(assignment);
    const { externalId } = assignment;
    const request = { ...assignRequest('unassign', vm, zone, offering, call), ...(externalId === null ? {} : { reference: externalId }) };
    try {
      await this.framework.provider(offering.provider, zone).unassign(request, call.signal);
    } catch (error) {
      if (runningJob(call).isTriedAgain(error)) throw error;
      if (!wish.forced) await this.giveUp(assignment, isConfirmed && leftNothingDone(error), error);
      this.log('warn', 'machine taken out of its offering without the provider', { machine: vmUuid, offering: offering.uuid, error });
      if (wish.isGoing && !leftNothingDone(error)) return;
    }
    await this.db.transaction(async ({ assignments, schedules, usage }) => {
      // Whoever has been faster has done the rest too, and the machine may be in an offering again.
      if (!(await assignments.delete(assignment.id, 'Removing'))) return;
      if (isConfirmed) await usage.append(released(assignment, vm, this.now()));
      await schedules.deleteByVm(vm.id);
    });
  }

  /** If nobody knows whether the provider has let go, or ever had it, the removal can be repeated and nothing else be done. */
  private async giveUp({ id }: OfferingAssignment, isStillThere: boolean, error: unknown): Promise<never> {
    if (isStillThere) await this.db.transaction(({ assignments }) => assignments.transition(id, 'Removing', 'Assigned'));
    throw error;
  }

  /** Takes a machine that is about to be expunged out of its offering, whatever the provider says; refused while the offering has backups of it. */
  async release(vm: Vm, call: CallContext): Promise<void> {
    const { assignments, backups } = this.db.daos;
    const assignment = await assignments.findByVm(vm.id);
    if (!assignment) return;
    if (await backups.existForVm(vm.id, assignment.policyId)) {
      throw refused(
        `virtual machine ${vm.uuid} has backups under its backup offering; delete them, or remove it from the offering, before it is expunged`,
      );
    }
    await this.takeOut(vm.uuid, { offeringUuid: undefined, forced: true, isGoing: true }, call);
  }

  private checkMachine(vm: Vm, zoneUuid: string | undefined, { caller }: CallContext): Zone {
    assertMayUse(caller, vm, `virtual machine ${vm.uuid}`);
    const zone = this.zones.getById(vm.zoneId);
    if (zoneUuid !== undefined && zone.uuid !== zoneUuid) throw invalid('zoneid', `virtual machine ${vm.uuid} is in zone ${zone.uuid}`);
    if (!ASSIGNABLE.has(vm.state)) {
      throw refused(`virtual machine ${vm.uuid} is ${vm.state}; it must be Running or Stopped to be assigned to a backup offering`);
    }
    this.framework.assertEnabled(zone);
    return zone;
  }

  /** Records the intent; undefined if the machine is in the offering already. */
  private async begin(vm: Vm, offeringUuid: string, zone: Zone, call: CallContext) {
    const { operationId } = runningJob(call);
    try {
      return await this.db.transaction(async ({ offerings, assignments }) => {
        const offering = found(await offerings.findByUuid(offeringUuid), 'backup offering', offeringUuid);
        if (offering.zoneId !== zone.id)
          throw new ApiError('invalid_value', `backup offering ${offeringUuid} belongs to another zone than virtual machine ${vm.uuid}`);
        const known = await assignments.findByVm(vm.id);
        if (known?.policyId === offering.id && known.state === 'Assigned') return undefined;
        if (known?.operationId === operationId) return { assignment: known, offering };
        if (known) throw alreadyAssigned(vm);
        const assignment = await assignments.insert({
          vmId: vm.id,
          policyId: offering.id,
          zoneId: zone.id,
          state: 'Assigning',
          operationId,
          externalId: null,
          created: this.now(),
        });
        return { assignment, offering };
      });
    } catch (error) {
      throw isDuplicate(error) ? alreadyAssigned(vm) : error;
    }
  }

  /** Records the intent; undefined if a job that is run again after a crash finds its work done. */
  private async beginRemoval(
    vm: Vm,
    offeringUuid: string | undefined,
    call: CallContext,
  ): Promise<{ assignment: OfferingAssignment; offering: BackupOffering } | undefined> {
    const { operationId, isRepeat } = runningJob(call);
    return this.db.transaction(async ({ offerings, assignments }) => {
      const assignment = await assignments.findByVm(vm.id);
      const offering = assignment && (await offerings.findByIdIncludingRemoved(assignment.policyId));
      if (!assignment && isRepeat) return undefined;
      if (!assignment || !offering) throw unprotected(vm);
      if (offeringUuid !== undefined && offeringUuid !== offering.uuid) {
        throw new ApiError('invalid_value', `virtual machine ${vm.uuid} is in backup offering ${offering.uuid}, not in ${offeringUuid}`);
      }
      const begun = await assignments.transition(assignment.id, assignment.state, 'Removing', { operationId });
      if (!begun) throw refused(`another operation on the backup offering of virtual machine ${vm.uuid} is running`);
      return { assignment, offering };
    });
  }
}

const alreadyAssigned = (vm: Vm): ApiError =>
  refused(`virtual machine ${vm.uuid} has a backup offering already; remove it from that one first`);

const assignRequest = (step: string, vm: Vm, zone: Zone, offering: BackupOffering, call: CallContext): Assign => ({
  ...operationOf(call, step),
  zone: { uuid: zone.uuid, name: zone.name },
  machine: machineOf(vm),
  offeringExternalId: offering.externalId,
});
