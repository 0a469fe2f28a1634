import { ProviderError } from '../../../src/provider/index.js';
import type { RestoredVolume, RestoreMachine, RestoreVolume, Volume } from '../../../src/provider/index.js';
import type { Assignments } from './assignments.js';
import type { Catalogue, Manifest } from './catalogue.js';
import type { SessionOperations } from './session-operations.js';
import type { Disk, DiskRestores, NewDiskRestore, Transport } from './transport.js';

/** What was decided of a restore in place before it began. */
interface Plan {
  readonly exists: boolean;
  readonly restored: readonly RestoredVolume[];
}

/** Puts machines and single volumes back. */
export class Restoring {
  constructor(
    private readonly assignments: Assignments,
    private readonly catalogue: Catalogue,
    private readonly operations: SessionOperations,
  ) {}

  /** In place. A machine that vCenter has lost is made anew there, and its job follows it. */
  async machine(transport: Transport, request: RestoreMachine, signal: AbortSignal): Promise<readonly RestoredVolume[]> {
    const { machine, externalId, operationId } = request;
    const plan = async (): Promise<Plan> => {
      const manifest = await this.catalogue.get(transport, externalId, signal);
      if (manifest.machineUuid !== machine.uuid) {
        throw new ProviderError('rejected', `the restore point ${externalId} is of ${manifest.machineUuid}, not of ${machine.uuid}`);
      }
      const lacking = request.volumes.filter(({ uuid }) => !manifest.volumes.some(({ volume }) => volume.uuid === uuid));
      if (lacking.length > 0) {
        const named = lacking.map(({ uuid }) => uuid).join(', ');
        throw new ProviderError('rejected', `the restore point ${externalId} does not hold the volumes ${named}: nothing was written`);
      }
      const exists = (await this.assignments.locate(transport, machine, signal)) !== undefined;
      return { exists, restored: manifest.volumes.map(({ volume }) => asRestored(volume)) };
    };
    const start = ({ exists }: Plan, limited: AbortSignal) =>
      transport.startRestore({ restorePoint: externalId, machineName: machine.name, exists, reason: `Stackvault ${operationId}` }, limited);
    const finish = async ({ restored }: Plan) => {
      await this.assignments.follow(transport, machine, signal);
      return restored;
    };
    const run = () => ({ kind: 'restore', restorePoint: externalId, machineName: machine.name }) as const;
    const subject = `${externalId} to ${machine.uuid}`;
    return this.operations.run(
      transport,
      request,
      { method: 'restoreMachine', subject, stage: 'restoring', plan, run, start, finish },
      signal,
    );
  }

  /** As a disk of its own, which is mounted out of the backup first and then moved to its storage. */
  async volume(transport: Transport, request: RestoreVolume, signal: AbortSignal): Promise<RestoredVolume> {
    const { externalId, volume, newVolumeUuid: name } = request;
    const { disks } = transport;
    if (!disks || !(await transport.capabilities(signal)).restoreVolume) {
      throw new ProviderError('unsupported', 'this Veeam server cannot restore a single volume as the zone is set');
    }
    const subject = `${volume.uuid} of ${externalId} to ${name}`;
    const find = async () => diskOf(await this.catalogue.get(transport, externalId, signal), externalId, volume);
    const { path, sizeBytes } = await this.mount(transport, disks, { request, subject, find }, signal);
    const migration = {
      ...{ method: 'restoreVolume/migrate', subject, stage: 'moving the disk' },
      plan: async () => null,
      run: () => ({ kind: 'migration', name }) as const,
      start: (_plan: null, limited: AbortSignal) => disks.migrate(name, limited),
      finish: async () => null,
    };
    await this.operations.run(transport, request, migration, signal).catch(async (error: unknown) => {
      // Nobody asks for it again, and as long as it is mounted the backup is in use.
      if (isFinal(error)) await disks.unmount(name, signal).catch(() => undefined);
      throw error;
    });
    return { uuid: name, sizeBytes, path };
  }

  private mount(
    transport: Transport,
    disks: DiskRestores,
    { request, subject, find }: { readonly request: RestoreVolume; readonly subject: string; find(): Promise<Disk> },
    signal: AbortSignal,
  ) {
    const { newVolumeUuid: name, externalId: restorePoint } = request;
    return this.operations.run(
      transport,
      request,
      {
        ...{ method: 'restoreVolume', subject, stage: 'mounting the disk' },
        plan: async (): Promise<NewDiskRestore> => ({ name, restorePoint, disk: await find() }),
        run: () => ({ kind: 'mount', name }) as const,
        start: (plan, limited) => disks.mount(plan, limited),
        finish: async ({ disk: { sizeBytes } }) => ({ path: await disks.pathOf(name, signal), sizeBytes }),
      },
      signal,
    );
  }
}

/** Whether the same operation would come to the same end. */
const isFinal = (error: unknown): boolean => error instanceof ProviderError && !['temporary', 'unknown'].includes(error.fault);

function diskOf({ volumes }: Manifest, externalId: string, { uuid }: Volume): Disk {
  const held = volumes.find(({ volume }) => volume.uuid === uuid);
  if (!held) throw new ProviderError('not_found', `the restore point ${externalId} does not hold the volume ${uuid}`);
  if (held.disk) return held.disk;
  throw new ProviderError(
    'rejected',
    `which disk of the restore point ${externalId} is the volume ${uuid} cannot be told: restore the machine`,
  );
}

/** Without a digest: Veeam tells none of what it has written. */
const asRestored = ({ uuid, sizeBytes, path }: Volume): RestoredVolume => ({ uuid, sizeBytes, path });
