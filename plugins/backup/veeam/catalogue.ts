import { ProviderError, Records } from '../../../src/provider/index.js';
import type { PluginHost, ProviderBackup, Volume } from '../../../src/provider/index.js';
import { matchDisks, volumesFrom, type HeldVolume } from './disk-matching.js';
import { machineUuidOf } from './naming.js';
import type { RestorePoint, Transport } from './transport.js';

/** How many restore points are looked at at once. */
const AT_ONCE = 8;
const DAY_MS = 86_400_000;
/** A listing may be wrong for a while: what was recorded of a restore point outlasts that. */
const KEPT_DAYS = 30;

/** What is recorded of a restore point once, because Veeam does not tell it, or not twice the same. */
export interface Manifest {
  readonly restorePoint: string;
  readonly machineUuid: string;
  /** The operation that took it; absent for one that Veeam took by itself. */
  readonly operationId?: string;
  readonly type: ProviderBackup['type'];
  readonly sizeBytes: number;
  readonly volumes: readonly HeldVolume[];
  /** Since when no listing has shown it. */
  readonly absentSince?: string;
}

/** Who took a restore point, and of which volumes. */
export interface Taken {
  readonly machineUuid: string;
  readonly operationId: string;
  readonly volumes: readonly Volume[];
}

/** The restore points, each with what was recorded of it when it was first seen. */
export class Catalogue {
  private readonly manifests: Records<Manifest>;
  /** The volumes that each machine had when its last backup was taken. */
  private readonly machines: Records<readonly Volume[]>;

  constructor(private readonly host: PluginHost) {
    this.manifests = new Records(host.store, 'restore-point/');
    this.machines = new Records(host.store, 'volumes/');
  }

  /** Records a restore point that was taken for this server; answers the backup that it is. */
  async add(transport: Transport, point: RestorePoint, taken: Taken, signal: AbortSignal): Promise<ProviderBackup> {
    const { machineUuid, operationId, volumes: all } = taken;
    const volumes = matchDisks(all, await transport.listDisks(point.id, signal));
    const left = all.filter((volume) => !volumes.some(({ volume: { uuid } }) => uuid === volume.uuid));
    for (const { uuid } of left) this.host.log('warn', 'a volume is not in the restore point', { volume: uuid, restorePoint: point.id });
    if (volumes.length === 0) throw new ProviderError('corrupt', `the restore point ${point.id} holds none of the machine's volumes`);
    const { id: restorePoint, type, sizeBytes = 0 } = point;
    const manifest: Manifest = { restorePoint, machineUuid, operationId, type, sizeBytes, volumes };
    await this.machines.change(machineUuid, () => all);
    // A listing may have come first, and taken it for one that Veeam has taken by itself.
    const recorded = await this.manifests.change(point.id, (present) => (present?.operationId === undefined ? manifest : present));
    return toBackup(point, recorded);
  }

  /** What is recorded of the restore point; throws `not_found` when Veeam does not have it. */
  async get(transport: Transport, id: string, signal: AbortSignal): Promise<Manifest> {
    const point = await transport.findRestorePoint(id, signal);
    const manifest = point && (await this.manifestOf(transport, point, signal));
    if (!manifest) throw new ProviderError('not_found', `Veeam has no restore point ${id}`);
    return manifest;
  }

  /** The backup that the restore point is, as Veeam has it now. */
  async find(transport: Transport, id: string, signal: AbortSignal): Promise<ProviderBackup | undefined> {
    const point = await transport.findRestorePoint(id, signal);
    const manifest = point && (await this.manifestOf(transport, point, signal));
    return manifest && toBackup(point, manifest);
  }

  /** Every restore point of a machine, in one pass. Those that are new here are looked at one by one, once. */
  async *list(transport: Transport, signal: AbortSignal): AsyncGenerator<readonly ProviderBackup[]> {
    const known = new Map<string, Manifest>();
    for await (const page of this.manifests.pages()) for (const manifest of page) known.set(manifest.restorePoint, manifest);
    const absent = new Set(known.keys());
    for await (const page of transport.listRestorePoints(signal)) {
      const backups: ProviderBackup[] = [];
      for (let first = 0; first < page.length; first += AT_ONCE) {
        const looked = page.slice(first, first + AT_ONCE).map(async (point) => {
          const manifest = known.get(point.id) ?? (await this.describe(transport, point, signal));
          return manifest && toBackup(point, manifest);
        });
        backups.push(...(await Promise.all(looked)).filter((backup) => backup !== undefined));
      }
      for (const { id } of page) absent.delete(id);
      yield backups;
    }
    await this.forget(known, absent);
  }

  /** Forgets a restore point that was deleted. */
  async remove(id: string): Promise<void> {
    await this.manifests.remove(id);
  }

  private async manifestOf(transport: Transport, point: RestorePoint, signal: AbortSignal): Promise<Manifest | undefined> {
    return (await this.manifests.get(point.id)) ?? (await this.describe(transport, point, signal));
  }

  /** Records a restore point that this server has not taken; undefined if it is of no machine of the convention. */
  private async describe(transport: Transport, point: RestorePoint, signal: AbortSignal): Promise<Manifest | undefined> {
    const machineUuid = machineUuidOf(point.jobName);
    if (machineUuid === undefined) return undefined;
    const disks = await transport.listDisks(point.id, signal);
    const { id: restorePoint, type, sizeBytes = 0 } = point;
    const recorded = (await this.machines.get(machineUuid)) ?? [];
    const matched = matchDisks(recorded, disks);
    const isSame = disks === undefined ? matched.length > 0 : matched.length === disks.length;
    const volumes = isSame ? matched : volumesFrom(machineUuid, disks ?? [wholeMachine(point)]);
    if (volumes.length === 0) return undefined;
    return this.manifests.add(point.id, { restorePoint, machineUuid, type, sizeBytes, volumes });
  }

  /** Forgets what no listing has shown for a long time. */
  private async forget(known: ReadonlyMap<string, Manifest>, absent: ReadonlySet<string>): Promise<void> {
    const now = this.host.now();
    for (const [id, manifest] of known) {
      const { absentSince, ...shown } = manifest;
      if (!absent.has(id)) {
        if (absentSince !== undefined) await this.manifests.changePresent(id, () => shown);
      } else if (absentSince === undefined) {
        await this.manifests.changePresent(id, (present) => ({ ...present, absentSince: now.toISOString() }));
      } else if (now.getTime() - Date.parse(absentSince) > KEPT_DAYS * DAY_MS) {
        await this.manifests.remove(id);
      }
    }
  }
}

/** What is said of the disks of a machine where nobody can tell them: that they are one. */
const wholeMachine = ({ jobName, sizeBytes = 0 }: RestorePoint) => ({
  id: 'all',
  name: `all disks of ${jobName}`,
  unitNumber: 0,
  sizeBytes,
});

const toBackup = (point: RestorePoint, { machineUuid, operationId, type, sizeBytes, volumes }: Manifest): ProviderBackup => ({
  externalId: point.id,
  ...(operationId === undefined ? {} : { operationId }),
  ...{ machineUuid, type, sizeBytes },
  takenAt: point.takenAt,
  protectedSizeBytes: volumes.reduce((sum, { volume }) => sum + volume.sizeBytes, 0),
  volumes: volumes.map(({ volume }) => volume),
});
