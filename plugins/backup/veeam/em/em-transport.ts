import { ProviderError } from '../../../../src/provider/index.js';
import type { Capabilities, ConnectionStep, StorageCapacity } from '../../../../src/provider/index.js';
import { endLogon } from '../connection-steps.js';
import type { HttpsClient } from '../https-client.js';
import type { VeeamSettings } from '../settings.js';
import type { Share } from '../shared-clients.js';
import type {
  Disk,
  DiskRestores,
  JobRun,
  MachineFilling,
  MachineRestore,
  NewJob,
  RestorePoint,
  Run,
  Session,
  Template,
  Transport,
  VsphereMachine,
} from '../transport.js';
import { checkConnection } from './check-connection.js';
import { EmClient } from './client.js';
import type { Companion } from './companion.js';
import { Infrastructure } from './infrastructure.js';
import { Jobs } from './jobs.js';
import { Queries } from './queries.js';
import { RestorePoints } from './restore-points.js';
import { isEmRun, isEmSession, Sessions } from './sessions.js';
import { Tasks } from './tasks.js';

/**
 * Veeam by way of Enterprise Manager. Some things it cannot do at all, such as to delete a restore point: those are done by a companion, which
 * speaks to the Backup & Replication server itself, or are not declared.
 */
export class EmTransport implements Transport {
  readonly shownAfterMs: number;
  readonly disks?: DiskRestores;
  private readonly infrastructure: Infrastructure;
  private readonly jobs: Jobs;
  private readonly sessions: Sessions;
  private readonly points: RestorePoints;

  constructor(
    private readonly https: HttpsClient,
    private readonly settings: VeeamSettings,
    private readonly companion: Companion | undefined,
    share: Share,
  ) {
    const em = share(() => this.client());
    const pace = { intervalMs: Math.max(0.1, settings['task.poll.interval']) * 1000, looks: Math.max(1, settings['task.poll.max.retry']) };
    // First its task comes to an end, and then a session is seen.
    this.shownAfterMs = 2 * pace.intervalMs * pace.looks;
    const tasks = new Tasks(em, pace);
    this.infrastructure = new Infrastructure(em, settings.vcenter);
    this.jobs = new Jobs(em, tasks, this.infrastructure, companion);
    const queries = new Queries(em);
    this.sessions = new Sessions(em, queries, tasks, pace);
    this.points = new RestorePoints(em, queries, this.sessions);
    if (companion?.disks) this.disks = companion.disks;
  }

  async capabilities(signal: AbortSignal): Promise<Capabilities> {
    const least = { quiesce: false, restoreVolume: false, fillMachine: false, crossZone: false, capacity: true, deleteBackup: false };
    if (!this.companion) return least;
    const { restoreVolume, fillMachine, deleteBackup } = await this.companion.capabilities(signal);
    return { ...least, restoreVolume, fillMachine, deleteBackup };
  }

  /** Finds out whether Enterprise Manager is there, without logging on; throws if it is not. */
  async reach(signal: AbortSignal): Promise<void> {
    await this.client().versions(signal);
  }

  /** Under a logon of its own: that is part of what is tried. */
  async checkConnection(signal: AbortSignal): Promise<readonly ConnectionStep[]> {
    const em = this.client();
    const steps = await checkConnection({ https: this.https, em, vcenter: this.settings.vcenter }, signal);
    await endLogon(em, signal);
    if (!this.companion || !steps.every(({ isPassed }) => isPassed)) return steps;
    const beyond = await this.companion.checkConnection(signal);
    return [...steps, ...beyond.map((step) => ({ ...step, name: `${step.name} of Backup & Replication` }))];
  }

  listTemplates(signal: AbortSignal): Promise<readonly Template[]> {
    return this.jobs.listTemplates(signal);
  }

  findMachines(name: string, signal: AbortSignal): Promise<readonly VsphereMachine[]> {
    return this.infrastructure.findMachines(name, signal);
  }

  listMachines(signal: AbortSignal): Promise<readonly VsphereMachine[]> {
    return this.infrastructure.listMachines(signal);
  }

  findJob(machineUuid: string, template: string, signal: AbortSignal): Promise<string | undefined> {
    return this.jobs.find(machineUuid, template, signal);
  }

  createJob(job: NewJob, signal: AbortSignal): Promise<string> {
    return this.jobs.create(job, signal);
  }

  retargetJob(job: string, machine: VsphereMachine, signal: AbortSignal): Promise<void> {
    return this.jobs.retarget(job, machine, signal);
  }

  removeJob(job: string, signal: AbortSignal): Promise<void> {
    return this.companion ? this.companion.removeJob(job, signal) : this.jobs.retire(job, signal);
  }

  recentSessions(run: Run, signal: AbortSignal): Promise<readonly string[]> {
    return isEmRun(run)
      ? this.sessions.recent(run, signal)
      : this.beyond('restore to anything but the machine itself').recentSessions(run, signal);
  }

  startBackup(job: string, signal: AbortSignal): Promise<string> {
    return this.sessions.startBackup(job, signal);
  }

  startRestore(restore: MachineRestore, signal: AbortSignal): Promise<string> {
    return this.sessions.startRestore(restore, signal);
  }

  startFilling(filling: MachineFilling, signal: AbortSignal): Promise<string> {
    return this.beyond('restore over another machine').startFilling(filling, signal);
  }

  async sessionOf(start: string, run: Run, signal: AbortSignal): Promise<string> {
    return isEmRun(run) ? this.sessions.cameOf(start, run, signal) : start;
  }

  async look(session: string, signal: AbortSignal): Promise<Session> {
    if (!isEmSession(session)) return this.beyond('follow this session').look(session, signal);
    const seen = await this.sessions.look(session, signal);
    if (seen.message !== undefined || seen.state !== 'Stopped' || seen.result === 'Success') return seen;
    // Only the server itself keeps a log of restores; that it cannot be asked changes nothing about the end.
    const { message } = (await this.companion?.look(uuidOf(session), signal).catch(() => undefined)) ?? {};
    return message === undefined ? seen : { ...seen, message };
  }

  stop(session: string, signal: AbortSignal): Promise<void> {
    if (!isEmSession(session)) return this.beyond('stop this session').stop(session, signal);
    return this.companion ? this.companion.stop(uuidOf(session), signal) : this.sessions.stop(session, signal);
  }

  findTaken({ session, machine }: JobRun, signal: AbortSignal): Promise<RestorePoint | undefined> {
    return this.points.findTaken(session, machine, signal);
  }

  listRestorePoints(signal: AbortSignal): AsyncIterable<readonly RestorePoint[]> {
    return this.points.list(signal);
  }

  findRestorePoint(id: string, signal: AbortSignal): Promise<RestorePoint | undefined> {
    return this.points.find(id, signal);
  }

  listChain(point: RestorePoint, signal: AbortSignal): Promise<readonly RestorePoint[]> {
    return this.points.chainOf(point, signal);
  }

  async assertChainIdle(chain: string, signal: AbortSignal): Promise<void> {
    await this.companion?.assertChainIdle(chain, signal);
  }

  async sizesIn(): Promise<ReadonlyMap<string, number>> {
    return new Map();
  }

  async listDisks(restorePoint: string, signal: AbortSignal): Promise<readonly Disk[] | undefined> {
    return this.companion?.listDisks(restorePoint, signal);
  }

  async deleteRestorePoint(id: string, signal: AbortSignal): Promise<string | undefined> {
    if (!this.companion && !(await this.points.has(id, signal))) return undefined;
    const companion = this.beyond('delete restore points');
    await this.assertSeen(companion, id, signal);
    return companion.deleteRestorePoint(id, signal);
  }

  /** Enterprise Manager may be minutes old: throws `temporary` while it lacks restore points of the chain, which may depend on this one. */
  private async assertSeen(companion: Transport, id: string, signal: AbortSignal): Promise<void> {
    const point = await companion.findRestorePoint(id, signal);
    const others = point ? (await companion.listChain(point, signal)).filter((other) => other.id !== id) : [];
    if (others.length === 0) return;
    const own = await this.points.find(id, signal);
    const seen = new Set((own ? await this.points.chainOf(own, signal) : []).map((each) => each.id));
    const lacking = others.filter((other) => !seen.has(other.id));
    if (lacking.length === 0) return;
    throw new ProviderError('temporary', `Enterprise Manager does not show yet ${lacking.length} restore points in the chain of ${id}`);
  }

  capacity(signal: AbortSignal): Promise<StorageCapacity> {
    return this.infrastructure.capacity(signal);
  }

  private client(): EmClient {
    const { url, username, password } = this.settings;
    return new EmClient(this.https, { basePath: new URL(url).pathname.replace(/\/+$/, ''), username, password });
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

/** The name of a session at the Backup & Replication server. */
const uuidOf = (session: string): string => session.slice(session.indexOf('/') + 1);
