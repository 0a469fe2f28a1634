import { ProviderError, Records } from '../../../src/provider/index.js';
import type { PluginHost, ProviderBackup, Volume } from '../../../src/provider/index.js';
import { memoized, once } from './asked-once.js';
import { dependantsOf, linked, perhapsDependantsOf, type ChainedPoint } from './chains.js';
import { matchDisks, volumesFrom, type HeldVolume } from './disk-matching.js';
import { Identities } from './identities.js';
import { machineUuidOf } from './naming.js';
import type { Disk, RestorePoint, Transport, VsphereMachine } from './transport.js';

/** How many restore points are looked at at once; as many are listed in a page, so that none takes long. */
const AT_ONCE = 8;
const DAY_MS = 86_400_000;
/** A listing may be wrong for a while: what was recorded of a restore point outlasts that. */
const KEPT_DAYS = 30;

/** What is recorded of a restore point once its machine's volumes are known, because Veeam does not tell it, or not twice the same. */
export interface Manifest {
  readonly restorePoint: string;
  readonly machineUuid: string;
  /** The operation that took it; absent for one that Veeam took by itself. */
  readonly operationId?: string;
  readonly sizeBytes: number;
  readonly volumes: readonly HeldVolume[];
  /** The volumes are made up: nobody knows which ones the disks are. */
  readonly isGuess?: true;
  /** Since when no listing has shown it. */
  readonly absentSince?: string;
}

/** Who took a restore point, and of which volumes. */
export interface Taken {
  readonly machineUuid: string;
  readonly machine: VsphereMachine;
  readonly operationId: string;
  readonly volumes: readonly Volume[];
}

/** What restore points are described by; asked for once, however many are described. */
interface Sources {
  /** The volumes that a machine was last known to have; undefined if it never was. */
  readonly volumesOf: (machineUuid: string) => Promise<readonly Volume[] | undefined>;
  /** Bytes of the files of a chain's restore points, by their ids. */
  readonly sizesIn: (chain: string) => Promise<ReadonlyMap<string, number>>;
}

/** A restore point of a machine. */
interface Owned {
  readonly point: RestorePoint;
  readonly owner: string;
}

/** The restore points, each with what was recorded of it when it was first seen. */
export class Catalogue {
  private readonly manifests: Records<Manifest>;
  /** The volumes that each machine had when it was assigned, or when its last backup was taken. */
  private readonly machines: Records<readonly Volume[]>;
  private readonly identities: Identities;

  constructor(private readonly host: PluginHost) {
    this.manifests = new Records(host.store, 'restore-point/');
    this.machines = new Records(host.store, 'volumes/');
    this.identities = new Identities(host.store);
  }

  /** Remembers what the machine is in vCenter, and which volumes it has, by which the disks of its older restore points are known. */
  async know(machineUuid: string, machine: VsphereMachine, volumes?: readonly Volume[]): Promise<void> {
    await this.identities.add(machineUuid, machine);
    if (volumes) await this.machines.change(machineUuid, () => volumes);
  }

  /** Records a restore point that was taken for this server. */
  async add(transport: Transport, point: RestorePoint, taken: Taken, signal: AbortSignal): Promise<void> {
    const { machineUuid, machine, operationId, volumes: all } = taken;
    const volumes = matchDisks(all, await transport.listDisks(point.id, signal));
    const left = all.filter((volume) => !volumes.some(({ volume: { uuid } }) => uuid === volume.uuid));
    for (const { uuid } of left)
      this.host.log('warn', 'a volume is not surely in the restore point', { volume: uuid, restorePoint: point.id });
    if (volumes.length === 0) throw new ProviderError('corrupt', `the restore point ${point.id} holds none of the machine's volumes`);
    const { id: restorePoint, sizeBytes = 0 } = point;
    const manifest: Manifest = { restorePoint, machineUuid, operationId, sizeBytes, volumes };
    await this.know(machineUuid, machine, all);
    // A listing may have come first, and taken it for one that Veeam has taken by itself.
    await this.manifests.change(point.id, (present) => (present?.operationId === undefined ? manifest : present));
  }

  /** What the restore point holds, for a restore; throws `not_found` when Veeam does not have it, and `rejected` when that is a guess. */
  async get(transport: Transport, id: string, signal: AbortSignal): Promise<Manifest> {
    const found = await this.findOwned(transport, id, signal);
    const manifest = found && (await this.manifestOf(transport, found.point, signal));
    if (!manifest) throw new ProviderError('not_found', `Veeam has no restore point ${id}`);
    if (!manifest.isGuess) return manifest;
    throw new ProviderError(
      'rejected',
      `which volumes of the machine ${manifest.machineUuid} the disks of the restore point ${id} are is not known: ` +
        'assign the machine again while it has volumes of these sizes in these places, or restore it in Veeam',
    );
  }

  /** The backup that the restore point is, as Veeam has it now. */
  async find(transport: Transport, id: string, signal: AbortSignal): Promise<ProviderBackup | undefined> {
    const point = await this.findChained(transport, id, signal);
    const manifest = point && (await this.manifestOf(transport, point, signal));
    return manifest && toBackup(point, manifest);
  }

  /**
   * What cannot be restored without the restore point, in the order in which it can be deleted. Refuses where others of the chain have only
   * names, which are none that the machine is known by: it may have been renamed, and they would be lost.
   */
  async dependantsOf(transport: Transport, id: string, signal: AbortSignal): Promise<readonly string[]> {
    const found = await this.findOwned(transport, id, signal);
    if (!found) return [];
    const { point, owner } = found;
    // What a run is about to add would not be among them.
    await transport.assertChainIdle(point.chain, signal);
    const chain = await transport.listChain(point, signal);
    const listMachines = once(() => transport.listMachines(signal));
    const ownerOf = await this.identities.ofJob(point.jobName, chain, listMachines);
    const own = chain.filter((each) => ownerOf(each) === owner);
    const strange = chain.filter((each) => each.machine.moref === undefined && ownerOf(each) !== owner);
    const foreign = strange.length > 0 ? await this.identities.namesOfOthers(point.jobName, listMachines) : new Set();
    const doubtful = perhapsDependantsOf(id, own, strange, (each) => foreign.has(each));
    if (doubtful.length > 0) {
      const cure = 'if they are of the same machine, back it up or assign it again, else delete it in Veeam';
      throw new ProviderError('rejected', `${doubtful.length} restore points in the chain of ${id} are under another name: ${cure}`);
    }
    return dependantsOf(id, linked(own));
  }

  /**
   * Every restore point of a machine, in one pass. Those that are new here are looked at one by one, once, if the machine's volumes are known.
   * Whose they are is known at the end: until then, empty pages are signs of life.
   */
  async *list(transport: Transport, signal: AbortSignal): AsyncGenerator<readonly ProviderBackup[]> {
    const known = new Map<string, Manifest>();
    for await (const page of this.manifests.pages()) {
      for (const manifest of page) known.set(manifest.restorePoint, manifest);
      yield [];
    }
    const read: RestorePoint[] = [];
    for await (const page of transport.listRestorePoints(signal)) {
      read.push(...page);
      yield [];
    }
    const ownerOf = await this.identities.ofAll(read, () => this.machinesSeen(transport, signal));
    const points = linked(read.filter((point) => ownerOf(point) !== undefined));
    const sources = this.sources(transport, signal);
    for (let first = 0; first < points.length; first += AT_ONCE) {
      const looked = points.slice(first, first + AT_ONCE).map(async (point) => {
        const recorded = known.get(point.id);
        const manifest = recorded ? await this.recognize(recorded, sources) : await this.describe(transport, point, sources, signal);
        return manifest && toBackup(point, manifest);
      });
      yield (await Promise.all(looked)).filter((backup) => backup !== undefined);
    }
    const shown = new Set(points.map(({ id }) => id));
    await this.forget(known, new Set([...known.keys()].filter((id) => !shown.has(id))));
  }

  /** Forgets a restore point that was deleted. */
  async remove(id: string): Promise<void> {
    await this.manifests.remove(id);
  }

  private async findChained(transport: Transport, id: string, signal: AbortSignal): Promise<ChainedPoint | undefined> {
    const found = await this.findOwned(transport, id, signal);
    if (!found) return undefined;
    const { point, owner } = found;
    if (point.type === 'FULL') return linked([point])[0];
    const chain = await transport.listChain(point, signal);
    const ownerOf = await this.identities.ofJob(point.jobName, chain, () => this.machinesSeen(transport, signal));
    return linked(chain.filter((each) => ownerOf(each) === owner)).find((each) => each.id === id);
  }

  /** The restore point, and its machine; undefined if there is none, or it is not of the job's machine. */
  private async findOwned(transport: Transport, id: string, signal: AbortSignal): Promise<Owned | undefined> {
    const point = await transport.findRestorePoint(id, signal);
    if (!point) return undefined;
    const owner = (await this.identities.ofJob(point.jobName, [point], () => transport.listMachines(signal)))(point);
    return owner === undefined ? undefined : { point, owner };
  }

  /** The machines of vCenter, or none while that cannot be asked: what has a name that nobody knows is then nobody's. */
  private async machinesSeen(transport: Transport, signal: AbortSignal): Promise<readonly VsphereMachine[]> {
    return transport.listMachines(signal).catch((error: unknown) => {
      if (!(error instanceof ProviderError) || signal.aborted) throw error;
      this.host.log('warn', 'vCenter cannot be asked whose restore points of other names are', { reason: error.message });
      return [];
    });
  }

  private async manifestOf(transport: Transport, point: RestorePoint, signal: AbortSignal): Promise<Manifest | undefined> {
    const recorded = await this.manifests.get(point.id);
    const sources = this.sources(transport, signal);
    return recorded ? this.recognize(recorded, sources) : this.describe(transport, point, sources, signal);
  }

  private sources(transport: Transport, signal: AbortSignal): Sources {
    return {
      volumesOf: memoized((machineUuid) => this.machines.get(machineUuid)),
      sizesIn: memoized((chain) => transport.sizesIn(chain, signal)),
    };
  }

  /**
   * Records a restore point that this server has not taken, or guesses at one of a machine whose volumes are not known: what it is compared
   * with is missing, and somebody who takes over thousands is not to wait for each. Undefined if it is of no machine of the convention, or
   * gone meanwhile.
   */
  private async describe(
    transport: Transport,
    point: RestorePoint,
    { volumesOf, sizesIn }: Sources,
    signal: AbortSignal,
  ): Promise<Manifest | undefined> {
    const machineUuid = machineUuidOf(point.jobName);
    if (machineUuid === undefined) return undefined;
    const known = (await volumesOf(machineUuid)) ?? [];
    if (known.length === 0) return unseen(point, machineUuid);
    const disks = await transport.listDisks(point.id, signal).catch(orGone);
    if (disks === GONE || disks?.length === 0) return undefined;
    const sizes = await sizesIn(point.chain).catch(orGone);
    if (sizes === GONE) return undefined;
    const about = { restorePoint: point.id, machineUuid, sizeBytes: point.sizeBytes ?? sizes.get(point.id) ?? 0 };
    const volumes = whole(known, disks);
    return this.manifests.add(
      point.id,
      volumes ? { ...about, volumes } : { ...about, volumes: volumesFrom(machineUuid, disks ?? []), isGuess: true },
    );
  }

  /** The manifest, with the volumes of the machine in place of a guess if they are known by now. */
  private async recognize(manifest: Manifest, { volumesOf }: Sources): Promise<Manifest> {
    if (!manifest.isGuess) return manifest;
    const { isGuess: _, ...about } = manifest;
    const disks = manifest.volumes.flatMap(({ disk }) => disk ?? []);
    const volumes = whole((await volumesOf(manifest.machineUuid)) ?? [], disks);
    if (!volumes) return manifest;
    const recognized = { ...about, volumes };
    await this.manifests.changePresent(manifest.restorePoint, (present) => (present.isGuess ? recognized : present));
    return recognized;
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

/** The machine's volumes that these disks are, if each disk is one. What they hold is not what they held then: no digest counts. */
function whole(known: readonly Volume[], disks: readonly Disk[] | undefined): readonly HeldVolume[] | undefined {
  const matched = matchDisks(
    known.map(({ digest: _, ...volume }) => volume),
    disks,
  );
  return disks === undefined || matched.length === disks.length ? matched : undefined;
}

const GONE = Symbol('gone');

/** A restore point that goes while it is looked at is none. */
function orGone(error: unknown): typeof GONE {
  if (error instanceof ProviderError && error.fault === 'not_found') return GONE;
  throw error;
}

/** What is said of a restore point that nobody has looked at: that its disks are one. */
function unseen({ id, jobName, sizeBytes = 0 }: RestorePoint, machineUuid: string): Manifest {
  const disk = { id: 'all', name: `all disks of ${jobName}`, unitNumber: 0, sizeBytes };
  return { restorePoint: id, machineUuid, sizeBytes, volumes: volumesFrom(machineUuid, [disk]), isGuess: true };
}

const toBackup = (point: ChainedPoint, { machineUuid, operationId, sizeBytes, volumes }: Manifest): ProviderBackup => ({
  externalId: point.id,
  ...(operationId === undefined ? {} : { operationId }),
  ...{ machineUuid, type: point.type, sizeBytes },
  takenAt: point.takenAt,
  protectedSizeBytes: volumes.reduce((sum, { volume }) => sum + volume.sizeBytes, 0),
  volumes: volumes.map(({ volume }) => volume),
  ...(point.dependsOn === undefined ? {} : { dependsOn: point.dependsOn }),
});
