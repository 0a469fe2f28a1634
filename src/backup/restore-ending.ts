import { randomUUID } from 'node:crypto';
import { runningJob, type CallContext } from '../call-context.js';
import type { Daos, Database } from '../dao/database.js';
import type { Restore } from '../dao/restore-dao.js';
import type { Vm } from '../dao/vm-dao.js';
import type { Zone } from '../dao/zone-dao.js';
import { ApiError, found } from '../errors.js';
import type { InventoryCopy } from '../inventory/inventory-copy.js';
import { operationOf } from '../plugin-host/operation.js';
import type { PluginInstances } from '../plugin-host/plugin-instances.js';
import type { Machine, RestoredVolume, Volume } from '../provider/index.js';
import { examine, failureOf, readEvidence, worstOf, writeEvidence, type Destination, type VolumeEvidence } from './restore-evidence.js';

/** What a provider has written, and where it belongs. */
interface Written {
  readonly kind: Restore['kind'];
  readonly backupUuid: string;
  readonly zone: Zone;
  /** The machine that gets the volumes. */
  readonly vm: Vm;
  /** What the provider says of the volumes. */
  readonly restored: readonly RestoredVolume[];
}

export interface WrittenMachine extends Written {
  readonly machine: Machine;
  readonly destinations: readonly (Destination & { readonly target: Volume })[];
}

export interface WrittenVolume extends Written {
  readonly name: string;
  readonly destination: Destination;
}

/**
 * The end of every restore: the inventory source takes over what the provider has written, and what both say of each volume is
 * compared with the backup and recorded. A restore is done only with evidence that does not differ.
 */
export class RestoreEnding {
  constructor(
    private readonly db: Database,
    private readonly plugins: PluginInstances,
    private readonly copy: InventoryCopy,
    private readonly now: () => Date,
  ) {}

  /** The evidence of a restore that the job has brought to its end before a crash; undefined if it has not, or not to a good one. */
  async findDone(call: CallContext): Promise<readonly VolumeEvidence[] | undefined> {
    const restore = await this.db.daos.restores.findByOperation(runningJob(call).operationId);
    const volumes = restore && readEvidence(restore.volumes);
    return volumes && !failureOf(volumes) ? volumes : undefined;
  }

  /** Ends the restore of a machine, which then has exactly the volumes that were written, and is off. */
  async endMachine(written: WrittenMachine, call: CallContext): Promise<readonly VolumeEvidence[]> {
    const { zone, vm, machine, destinations, restored } = written;
    await this.assertWritten(written, destinations, call);
    const byUuid = new Map(restored.map((volume) => [volume.uuid, volume]));
    const volumes = destinations.map(({ recorded: { deviceNumber }, target }) => ({
      recorded: { ...target, deviceNumber },
      restored: found(byUuid.get(target.uuid), 'volume', target.uuid),
    }));
    const adoption = { ...operationOf(call, 'adoptRestoredMachine'), machine, volumes };
    const facts = await this.plugins.inventory(zone).adoptRestoredMachine(adoption, call.signal);
    await this.copy.record(zone, facts, vm, call.signal);
    const evidence = examine(
      destinations,
      restored,
      facts.volumes.map(({ volume }) => volume),
    );
    const { operationId } = runningJob(call);
    return this.end(async (daos) => {
      const recorded = await this.record(daos, written, evidence, call);
      // The marks of one that has failed are taken away by the end of its job.
      if (failureOf(recorded)) return recorded;
      await daos.vms.endRestore(operationId);
      await daos.volumes.endRestore(operationId);
      return recorded;
    });
  }

  /** Ends the restore of a single volume, which is then attached to the machine. */
  async endVolume(written: WrittenVolume, call: CallContext): Promise<readonly VolumeEvidence[]> {
    const { zone, vm, name, destination } = written;
    await this.assertWritten(written, [destination], call);
    const restored = found(written.restored[0], 'volume', destination.target.uuid);
    const attachment = { ...operationOf(call, 'adoptRestoredVolume'), machineUuid: vm.uuid, name, restored };
    const facts = await this.plugins.inventory(zone).adoptRestoredVolume(attachment, call.signal);
    const evidence = examine([destination], [restored], [facts.volume]);
    return this.end(async (daos) => {
      const recorded = await this.record(daos, written, evidence, call);
      await this.copy.recordVolumeWith(daos, zone, facts, vm);
      return recorded;
    });
  }

  /** Refuses what the provider itself says is not as it was backed up, before anything is taken over; the evidence stays. */
  private async assertWritten(written: Written, destinations: readonly Destination[], call: CallContext): Promise<void> {
    const evidence = examine(destinations, written.restored);
    if (failureOf(evidence)) await this.end((daos) => this.record(daos, written, evidence, call));
  }

  private async end(record: (daos: Daos) => Promise<readonly VolumeEvidence[]>): Promise<readonly VolumeEvidence[]> {
    const recorded = await this.db.transaction(record);
    const failure = failureOf(recorded);
    if (failure) throw failure;
    return recorded;
  }

  /** Writes the evidence down; answers what counts, which is what was written first. */
  private async record({ restores }: Daos, written: Written, volumes: readonly VolumeEvidence[], call: CallContext) {
    const { kind, backupUuid, zone, vm } = written;
    const { operationId } = runningJob(call);
    const isFirst = await restores.insert({
      uuid: randomUUID(),
      operationId,
      kind,
      backupUuid,
      vmUuid: vm.uuid,
      zoneId: zone.id,
      accountId: vm.accountId,
      domainId: vm.domainId,
      verdict: worstOf(volumes),
      volumes: writeEvidence(volumes),
      created: this.now(),
    });
    if (isFirst) return volumes;
    const known = await restores.findByOperation(operationId);
    if (!known) throw new ApiError('internal', `the restore of operation ${operationId} was written and is not there`);
    return readEvidence(known.volumes);
  }
}
