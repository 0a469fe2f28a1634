import { isSameMachine, onlyOf } from '../identities.js';
import { machineUuidOf } from '../naming.js';
import type { BackedUpMachine, RestorePoint, VsphereMachine } from '../transport.js';
import type { EmClient } from './client.js';
import { BACKUP_FILE, BACKUP_FILES, RESTORE_POINT, RESTORE_POINTS, type BackupFile, type VmRestorePoint } from './entities.js';
import { readVmRef } from './infrastructure.js';
import type { Sessions } from './sessions.js';

const PAGE_SIZE = 1000;

/** The restore points of machines, each in a backup file, which tells its size and whose it is. */
export class RestorePoints {
  constructor(
    private readonly em: EmClient,
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

  /** Those of one chain that are ready, out of all. */
  async inChain(chain: string, signal: AbortSignal): Promise<readonly RestorePoint[]> {
    const points: RestorePoint[] = [];
    for await (const page of this.list(signal)) points.push(...page.filter((point) => point.chain === chain));
    return points;
  }

  /** Those of all machines that are ready, in two requests. */
  async *list(signal: AbortSignal): AsyncGenerator<readonly RestorePoint[]> {
    const points = await this.em.get('vmRestorePoints?format=Entity', RESTORE_POINTS, signal);
    // After the points: then there is a file for each of them, unless that went away meanwhile and the point with it.
    const files = await this.em.get('backupFiles?format=Entity', BACKUP_FILES, signal);
    const ofMachines = new Map(files.filter(({ backupName }) => machineUuidOf(backupName) !== undefined).map((file) => [file.id, file]));
    const listed = points.flatMap((point) => {
      const file = point.isReady ? ofMachines.get(point.backupFileId ?? '') : undefined;
      return file ? [restorePoint(point, file)] : [];
    });
    for (let first = 0; first < listed.length; first += PAGE_SIZE) yield listed.slice(first, first + PAGE_SIZE);
  }
}

const entity = (id: string): string => `vmRestorePoints/${encodeURIComponent(id)}?format=Entity`;

const machineOf = ({ vmName, vmRef }: VmRestorePoint): BackedUpMachine => ({
  ...(vmName === undefined ? {} : { name: vmName }),
  ...readVmRef(vmRef),
});

const restorePoint = (point: VmRestorePoint, { backupName, isReverse, sizeBytes }: BackupFile): RestorePoint => ({
  id: point.id,
  jobName: backupName,
  machine: machineOf(point),
  chain: backupName,
  takenAt: point.createdAt,
  type: point.isFull ? 'FULL' : 'INCREMENTAL',
  ...(isReverse ? { isReverse } : {}),
  ...(sizeBytes === undefined ? {} : { sizeBytes }),
});
