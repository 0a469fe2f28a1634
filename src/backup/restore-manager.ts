import { randomUUID } from 'node:crypto';
import { assertMayUse, mayUse, type Access, type OwnerWish } from '../account/access.js';
import { runningJob, type CallContext, type Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import type { RestoreView } from '../dao/restore-dao.js';
import type { Vm } from '../dao/vm-dao.js';
import type { Volume as VolumeRow } from '../dao/volume-dao.js';
import { lookUp, refused } from '../errors.js';
import { zoneOf } from '../inventory/facts.js';
import { operationOf } from '../plugin-host/operation.js';
import type { RestoreEnding } from './restore-ending.js';
import type { VolumeEvidence } from './restore-evidence.js';
import { decide } from './restore-plan.js';
import type { InPlaceWork, RestorePlanner, RestoreWish, SingleVolumeWork } from './restore-planner.js';

/** What a list of restores is narrowed by. */
export interface RestoreListWish {
  readonly uuid: string | undefined;
  readonly backupUuid: string | undefined;
  readonly vmUuid: string | undefined;
  readonly keyword: string | undefined;
}

/** Puts machines and volumes back from backups: plans and records, acts, records the outcome and the evidence of it. */
export class RestoreManager {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly planner: RestorePlanner,
    private readonly ending: RestoreEnding,
    private readonly now: () => Date,
  ) {}

  /** The restores that came to an end, good or bad, at which the volumes were looked at. */
  async list(caller: Caller, owners: OwnerWish, wish: RestoreListWish, page: Page): Promise<Listing<RestoreView>> {
    const { restores, backups, vms } = this.db.daos;
    const one = await lookUp(wish.uuid, 'restore', (uuid) => restores.findByUuid(uuid));
    if (one && !mayUse(caller, one)) return { rows: [], total: 0 };
    const backup = await lookUp(wish.backupUuid, 'backup', (uuid) => backups.findByUuidIncludingRemoved(uuid));
    if (backup) assertMayUse(caller, backup, `backup ${backup.uuid}`);
    const vm = await lookUp(wish.vmUuid, 'virtual machine', (uuid) => vms.findByUuidIncludingRemoved(uuid));
    if (vm) assertMayUse(caller, vm, `virtual machine ${vm.uuid}`);
    const filter = { id: one?.id, backupUuid: backup?.uuid, vmUuid: vm?.uuid, keyword: wish.keyword };
    return restores.list({ ...filter, ...(await this.access.owners(caller, owners)) }, page);
  }

  /** Puts the machine back as the backup holds it, in place. The machine must be off. If it fails, the end of the job takes the marks away. */
  async restoreMachine(backupUuid: string, wish: RestoreWish, call: CallContext): Promise<readonly VolumeEvidence[]> {
    const done = await this.ending.findDone(call);
    if (done) return done;
    const { operationId } = runningJob(call);
    const plan = await this.planner.planMachine(backupUuid, wish, call);
    const isBegun = plan.work?.vm.restoreOperation === operationId;
    const work = decide(plan, isBegun);
    if (!isBegun) await this.begin(work, call);
    const { provider, manifest, externalId, backupZone: zone, vm } = work;
    const { machine, volumes } = manifest;
    const request = { ...operationOf(call, 'restoreMachine'), zone: zoneOf(zone), machine, externalId, volumes };
    const restored = await provider.restoreMachine(request, call.signal);
    const destinations = volumes.map((recorded) => ({ recorded, target: recorded }));
    return this.ending.endMachine({ kind: 'Machine', backupUuid, zone, vm, machine, destinations, restored }, call);
  }

  /** Restores one volume of a backup as a new volume, attached to a machine of the same zone. */
  async restoreVolume(backupUuid: string, volumeUuid: string, wish: RestoreWish, call: CallContext): Promise<readonly VolumeEvidence[]> {
    const done = await this.ending.findDone(call);
    if (done) return done;
    const begun = await this.db.daos.volumes.findByOperation(runningJob(call).operationId);
    const work = decide(await this.planner.planVolume(backupUuid, volumeUuid, wish, call), begun !== undefined);
    const { uuid, name } = begun ?? (await this.announce(work, call));
    const { provider, externalId, backupZone: zone, recorded, vm, machine } = work;
    const request = { ...operationOf(call, 'restoreVolume'), zone: zoneOf(zone), externalId, volume: recorded };
    const restored = [await provider.restoreVolume({ ...request, target: machine, newVolumeUuid: uuid }, call.signal)];
    const destination = { recorded, target: { uuid, sizeBytes: recorded.sizeBytes } };
    return this.ending.endVolume({ kind: 'Volume', backupUuid, zone, vm, name, destination, restored }, call);
  }

  /** The volumes' marks are there before anybody looks at the volumes again, the machine's when nothing stands in the way any more. */
  private async begin(work: InPlaceWork, call: CallContext): Promise<void> {
    const { vm, manifest } = work;
    const { operationId } = runningJob(call);
    const uuids = manifest.volumes.map(({ uuid }) => uuid);
    await this.db.transaction(async ({ volumes }) => {
      if (!(await volumes.beginRestore(uuids, operationId))) throw refused(takenText(vm));
    });
    // Recorded first, looked at afterwards, as whoever attaches or deletes a volume does: one of the two sees the other.
    await this.planner.assertNotTaken(work, call);
    const isMarked = await this.db.transaction(({ vms }) => vms.beginRestore(vm.id, operationId));
    if (!isMarked) throw refused(`virtual machine ${vm.uuid} is being restored already`);
  }

  /** Records the volume that will be made; a job that is run again after a crash finds it. */
  private announce({ recorded, vm, backupZone: zone }: SingleVolumeWork, call: CallContext): Promise<VolumeRow> {
    const { operationId } = runningJob(call);
    const row: Omit<VolumeRow, 'id'> = {
      uuid: randomUUID(),
      zoneId: zone.id,
      accountId: vm.accountId,
      domainId: vm.domainId,
      vmId: null,
      attached: null,
      name: `RestoredVol-${recorded.name}`.slice(0, 255),
      type: 'DATADISK',
      deviceNumber: null,
      sizeBytes: recorded.sizeBytes,
      path: '',
      digest: null,
      state: 'Copying',
      operationId,
      restoreOperation: null,
      created: this.now(),
      removed: null,
    };
    return this.db.transaction(({ volumes }) => volumes.insert(row));
  }
}

const takenText = ({ uuid }: Vm): string =>
  `a volume that the backup of virtual machine ${uuid} holds is being deleted, or restored with another machine; ask again when that has ended`;
