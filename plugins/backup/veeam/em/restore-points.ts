import { isSameMachine, onlyOf } from '../identities.js';
import { machineUuidOf } from '../naming.js';
import type { BackedUpMachine, RestorePoint, VsphereMachine } from '../transport.js';
import type { EmClient } from './client.js';
import {
  BACKUP_FILE,
  BACKUP_FILES,
  QUERIED_BACKUP_FILES,
  QUERIED_RESTORE_POINTS,
  QUERIED_RUNS,
  RESTORE_POINT,
  RESTORE_POINTS,
  type BackupFile,
  type VmRestorePoint,
} from './entities.js';
import { readVmRef } from './infrastructure.js';
import { equals, equalsAny, type Queries } from './queries.js';
import type { Sessions } from './sessions.js';

const PAGE_SIZE = 1000;
/** How many runs are named in one question: not every server takes a path of more than 2,048 characters. */
const RUNS_AT_ONCE = 15;

/** The restore points of machines, each in a backup file, which tells its size and whose it is. */
export class RestorePoints {
  constructor(
    private readonly em: EmClient,
    private readonly queries: Queries,
    private readonly sessions: Sessions,
  ) {}

  /** What the run of a job has made of the machine; undefined while it is not ready. */
  async findTaken(session: string, machine: VsphereMachine, signal: AbortSignal): Promise<RestorePoint | undefined> {
    const links = (await this.sessions.parts(session, signal)).flatMap((part) => part.links);
    const made = new Set(links.filter(({ rel, type }) => rel === 'Related' && type === 'VmRestorePoint').map(({ id }) => id));
    const found: VmRestorePoint[] = [];
    for (const id of made) {
      const point = await this.em.find(entity(id), RESTORE_POINT, signal);
      if (point && isSameMachine(machineOf(point), machine)) found.push(point);
    }
    const taken = onlyOf(found, machine);
    return taken && this.complete(taken, signal);
  }

  async find(id: string, signal: AbortSignal): Promise<RestorePoint | undefined> {
    const point = await this.em.find(entity(id), RESTORE_POINT, signal);
    return point && this.complete(point, signal);
  }

  private async complete(point: VmRestorePoint, signal: AbortSignal): Promise<RestorePoint | undefined> {
    if (!point.isReady) return undefined;
    const file = await this.em.find(`backupFiles/${point.backupFileId}?format=Entity`, BACKUP_FILE, signal);
    return file && restorePoint(point, file);
  }

  /** Whether there is one, ready or not. */
  async has(id: string, signal: AbortSignal): Promise<boolean> {
    return (await this.em.find(entity(id), RESTORE_POINT, signal)) !== undefined;
  }

  /** Those in the chain of this one that are ready, under whatever names their machines were: asked for alone where that can be had, or else out of all. */
  async chainOf({ id, chain }: RestorePoint, signal: AbortSignal): Promise<readonly RestorePoint[]> {
    const asked = await this.askFor(chain, signal);
    if (asked?.some((point) => point.id === id)) return asked;
    const points: RestorePoint[] = [];
    for await (const page of this.list(signal)) points.push(...page.filter((point) => point.chain === chain));
    return points;
  }

  /** Undefined where the server does not answer that, or leaves out what has to be there: others may depend on what is left out. */
  private async askFor(backup: string, signal: AbortSignal): Promise<readonly RestorePoint[] | undefined> {
    const ofBackup = equals('BackupUid', `urn:veeam:Backup:${backup}`);
    const runs = await this.queries.all({ type: 'RestorePoint', kind: QUERIED_RUNS, filter: ofBackup }, signal);
    const points = runs && (await this.madeBy(runs, signal));
    // After the points, as in a list of all.
    const files = points && (await this.queries.all({ type: 'BackupFile', kind: QUERIED_BACKUP_FILES, filter: ofBackup }, signal));
    if (!files || files.length === 0) return undefined;
    const isWhole = files.every(({ id }) => points.some(({ backupFileId }) => backupFileId === id));
    return isWhole ? joined(points, files) : undefined;
  }

  private async madeBy(runs: readonly string[], signal: AbortSignal): Promise<readonly VmRestorePoint[] | undefined> {
    const points: VmRestorePoint[] = [];
    for (let first = 0; first < runs.length; first += RUNS_AT_ONCE) {
      const uids = runs.slice(first, first + RUNS_AT_ONCE).map((run) => `urn:veeam:RestorePoint:${run}`);
      const query = { type: 'VmRestorePoint', kind: QUERIED_RESTORE_POINTS, filter: equalsAny('RestorePointId', uids) };
      const made = await this.queries.all(query, signal);
      if (!made) return undefined;
      points.push(...made);
    }
    return points;
  }

  /** Those of all machines that are ready, in two requests. */
  async *list(signal: AbortSignal): AsyncGenerator<readonly RestorePoint[]> {
    const points = await this.em.get('vmRestorePoints?format=Entity', RESTORE_POINTS, signal);
    // After the points: then there is a file for each of them, unless that went away meanwhile and the point with it.
    const files = await this.em.get('backupFiles?format=Entity', BACKUP_FILES, signal);
    const listed = joined(
      points,
      files.filter(({ backupName }) => machineUuidOf(backupName) !== undefined),
    );
    for (let first = 0; first < listed.length; first += PAGE_SIZE) yield listed.slice(first, first + PAGE_SIZE);
  }
}

const entity = (id: string): string => `vmRestorePoints/${encodeURIComponent(id)}?format=Entity`;

const machineOf = ({ vmName, vmRef }: VmRestorePoint): BackedUpMachine => ({
  ...(vmName === undefined ? {} : { name: vmName }),
  ...readVmRef(vmRef),
});

/** Those that are ready and in one of the files. */
function joined(points: readonly VmRestorePoint[], files: readonly BackupFile[]): readonly RestorePoint[] {
  const byId = new Map(files.map((file) => [file.id, file]));
  return points.flatMap((point) => {
    const file = point.isReady ? byId.get(point.backupFileId ?? '') : undefined;
    return file ? [restorePoint(point, file)] : [];
  });
}

const restorePoint = (point: VmRestorePoint, { backupId, backupName, isReverse, sizeBytes }: BackupFile): RestorePoint => ({
  id: point.id,
  jobName: backupName,
  machine: machineOf(point),
  chain: backupId,
  takenAt: point.createdAt,
  type: point.isFull ? 'FULL' : 'INCREMENTAL',
  ...(isReverse ? { isReverse } : {}),
  ...(sizeBytes === undefined ? {} : { sizeBytes }),
});
