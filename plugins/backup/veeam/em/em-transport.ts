import { ProviderError } from '../../../../src/provider/index.js';
import type { Capabilities, ConnectionStep, StorageCapacity } from '../../../../src/provider/index.js';
import type {
  Disk,
  DiskRestores,
  MachineRestore,
  NewJob,
  RestorePoint,
  Run,
  Session,
  Template,
  Transport,
  VsphereMachine,
} from '../transport.js';
import type { ConnectionCheck } from './connection-check.js';
import type { Infrastructure } from './infrastructure.js';
import type { Jobs } from './jobs.js';
import type { RestorePoints } from './restore-points.js';
import { isEmSession, type Sessions } from './sessions.js';

/** The parts of Enterprise Manager's API. */
export interface EmParts {
  readonly infrastructure: Infrastructure;
  readonly jobs: Jobs;
  readonly sessions: Sessions;
  readonly restorePoints: RestorePoints;
  readonly check: ConnectionCheck;
}

/**
 * Veeam by way of Enterprise Manager. Some things it cannot do at all, such as to delete: those are done by a companion, which speaks to the
 * Backup & Replication server itself, or are not declared.
 */
export class EmTransport implements Transport {
  readonly disks?: DiskRestores;

  constructor(
    private readonly em: EmParts,
    private readonly companion: Transport | undefined,
  ) {
    if (companion?.disks) this.disks = companion.disks;
  }

  async capabilities(signal: AbortSignal): Promise<Capabilities> {
    const least = { quiesce: false, restoreVolume: false, fillMachine: false, crossZone: false };
    return { ...least, ...(await this.companion?.capabilities(signal)), capacity: true };
  }

  checkConnection(signal: AbortSignal): Promise<readonly ConnectionStep[]> {
    return this.em.check.run(signal);
  }

  listTemplates(signal: AbortSignal): Promise<readonly Template[]> {
    return this.em.jobs.listTemplates(signal);
  }

  findMachines(name: string, signal: AbortSignal): Promise<readonly VsphereMachine[]> {
    return this.em.infrastructure.findMachines(name, signal);
  }

  findJob(machineUuid: string, signal: AbortSignal): Promise<string | undefined> {
    return this.em.jobs.find(machineUuid, signal);
  }

  createJob(job: NewJob, signal: AbortSignal): Promise<string> {
    return this.em.jobs.create(job, signal);
  }

  retargetJob(job: string, machine: VsphereMachine, signal: AbortSignal): Promise<void> {
    return this.em.jobs.retarget(job, machine, signal);
  }

  removeJob(job: string, signal: AbortSignal): Promise<void> {
    return this.companion ? this.companion.removeJob(job, signal) : this.em.jobs.retire(job, signal);
  }

  newestSession(run: Run, signal: AbortSignal): Promise<string | undefined> {
    if (run.kind === 'mount' || run.kind === 'migration') return this.beyond('restore a single disk').newestSession(run, signal);
    return this.em.sessions.newest(run, signal);
  }

  startBackup(job: string, signal: AbortSignal): Promise<string> {
    return this.em.sessions.startBackup(job, signal);
  }

  startRestore(restore: MachineRestore, signal: AbortSignal): Promise<string> {
    return this.em.sessions.startRestore(restore, signal);
  }

  look(session: string, signal: AbortSignal): Promise<Session> {
    return isEmSession(session) ? this.em.sessions.look(session, signal) : this.beyond('follow this session').look(session, signal);
  }

  stop(session: string, signal: AbortSignal): Promise<void> {
    return isEmSession(session) ? this.em.sessions.stop(session, signal) : this.beyond('stop this session').stop(session, signal);
  }

  findTaken(_job: string, session: string, signal: AbortSignal): Promise<RestorePoint | undefined> {
    return this.em.restorePoints.findTaken(session, signal);
  }

  listRestorePoints(signal: AbortSignal): AsyncIterable<readonly RestorePoint[]> {
    return this.em.restorePoints.list(signal);
  }

  findRestorePoint(id: string, signal: AbortSignal): Promise<RestorePoint | undefined> {
    return this.em.restorePoints.find(id, signal);
  }

  async listDisks(restorePoint: string, signal: AbortSignal): Promise<readonly Disk[] | undefined> {
    return this.companion?.listDisks(restorePoint, signal);
  }

  async deleteRestorePoint(id: string, signal: AbortSignal): Promise<void> {
    await this.beyond('delete restore points').deleteRestorePoint(id, signal);
  }

  capacity(signal: AbortSignal): Promise<StorageCapacity> {
    return this.em.infrastructure.capacity(signal);
  }

  /** Whoever does what Enterprise Manager cannot do. */
  private beyond(what: string): Transport {
    if (this.companion) return this.companion;
    throw new ProviderError(
      'unsupported',
      `Enterprise Manager cannot ${what}; the setting vbr.url names the Backup & Replication server that can`,
    );
  }
}
