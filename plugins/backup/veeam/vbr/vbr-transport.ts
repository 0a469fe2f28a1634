import { ProviderError } from '../../../../src/provider/index.js';
import type { Capabilities, ConnectionStep, StorageCapacity } from '../../../../src/provider/index.js';
import { endLogon } from '../connection-steps.js';
import type { HttpsClient } from '../https-client.js';
import type { VeeamSettings } from '../settings.js';
import type { Share } from '../shared-clients.js';
import type {
  Disk,
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
import { VbrDiskRestores, type DiskTarget } from './disk-restores.js';
import { Inventory } from './inventory.js';
import { Jobs } from './jobs.js';
import { MachineRestores } from './machine-restores.js';
import { capacityOf } from './repositories.js';
import { RestorePoints } from './restore-points.js';
import { revisionSet } from './revisions.js';
import { Sessions } from './sessions.js';
import { VbrClient } from './vbr-client.js';

/** Veeam by the API of Backup & Replication, at whatever revision it has. */
export class VbrTransport implements Transport {
  readonly shownAfterMs = 0;
  readonly disks?: VbrDiskRestores;
  private readonly client: VbrClient;
  private readonly inventory: Inventory;
  private readonly jobs: Jobs;
  private readonly sessions: Sessions;
  private readonly points: RestorePoints;
  private readonly restores: MachineRestores;
  private readonly target: DiskTarget;

  constructor(
    private readonly https: HttpsClient,
    private readonly settings: VeeamSettings,
    private readonly now: () => Date,
    share: Share,
  ) {
    const { username, vcenter } = settings;
    this.client = share(() => this.newClient());
    this.inventory = new Inventory(this.client, vcenter);
    this.jobs = new Jobs(this.client);
    this.sessions = new Sessions(this.client, username);
    this.points = new RestorePoints(this.client, this.sessions, this.jobs);
    this.restores = new MachineRestores(this.client, this.inventory, this.points, this.sessions);
    this.target = { cluster: settings['restore.cluster'], datastore: settings['restore.datastore'] };
    if (this.target.cluster !== '' && this.target.datastore !== '')
      this.disks = new VbrDiskRestores(this.client, this.inventory, this.sessions, this.target);
  }

  async capabilities(signal: AbortSignal): Promise<Capabilities> {
    const { has } = await this.client.revision(signal);
    const deletes = has.deleteRestorePoint;
    return {
      quiesce: false,
      restoreVolume: this.disks !== undefined && (has.vSphereDisks || has.vmwareDisks),
      fillMachine: has.overwriteElsewhere && has.inventory,
      crossZone: false,
      capacity: true,
      deleteBackup: deletes,
    };
  }

  /** Finds out whether the server is there, without logging on; throws if it is not. */
  async reach(signal: AbortSignal): Promise<void> {
    await this.client.revision(signal);
  }

  /** Under a logon of its own: that is part of what is tried. */
  async checkConnection(signal: AbortSignal): Promise<readonly ConnectionStep[]> {
    const { https, target, settings } = this;
    const client = this.newClient();
    const steps = await checkConnection({ https, client, inventory: new Inventory(client, settings.vcenter), target }, signal);
    await endLogon(client, signal);
    return steps;
  }

  listTemplates(signal: AbortSignal): Promise<readonly Template[]> {
    return this.jobs.templates(signal);
  }

  findMachines(name: string, signal: AbortSignal): Promise<readonly VsphereMachine[]> {
    return this.inventory.findMachines(name, signal);
  }

  listMachines(signal: AbortSignal): Promise<readonly VsphereMachine[]> {
    return this.inventory.listMachines(signal);
  }

  findJob(machineUuid: string, _template: string, signal: AbortSignal): Promise<string | undefined> {
    return this.jobs.find(machineUuid, signal);
  }

  createJob(job: NewJob, signal: AbortSignal): Promise<string> {
    return this.jobs.create(job, signal);
  }

  repositoryOf(job: string, signal: AbortSignal): Promise<string | undefined> {
    return this.jobs.repositoryOf(job, signal);
  }

  retargetJob(job: string, machine: VsphereMachine, signal: AbortSignal): Promise<void> {
    return this.jobs.retarget(job, machine, signal);
  }

  removeJob(job: string, signal: AbortSignal): Promise<void> {
    return this.jobs.remove(job, signal);
  }

  async recentSessions(run: Run, signal: AbortSignal): Promise<readonly string[]> {
    switch (run.kind) {
      case 'backup':
        return this.sessions.recent({ type: 'backup', job: run.job }, signal);
      case 'restore':
      case 'filling': {
        // Which name a session has is not documented, and the machine may have had another one when it was backed up.
        const backedUp = (await this.points.machineNameOf(run.restorePoint, signal)) ?? run.machineName;
        return this.sessions.recent({ type: 'restore', names: [...new Set([run.machineName, backedUp])] }, signal);
      }
      case 'migration':
        return this.sessions.recent({ type: 'migration', names: [run.name] }, signal);
      case 'mount': {
        const mount = await this.disks?.find(run.name, signal);
        return mount === undefined ? [] : [mount];
      }
    }
  }

  startBackup(job: string, signal: AbortSignal): Promise<string> {
    return this.jobs.start(job, signal);
  }

  startRestore(restore: MachineRestore, signal: AbortSignal): Promise<string> {
    return this.restores.inPlace(restore, signal);
  }

  startFilling(filling: MachineFilling, signal: AbortSignal): Promise<string> {
    return this.restores.over(filling, signal);
  }

  /** A start is answered with its session. */
  async sessionOf(start: string): Promise<string> {
    return start;
  }

  look(session: string, signal: AbortSignal): Promise<Session> {
    if (!VbrDiskRestores.isMount(session)) return this.sessions.look(session, signal);
    if (this.disks) return this.disks.look(session, signal);
    throw new ProviderError('unsupported', 'single volumes are no longer restored: see the settings restore.cluster and restore.datastore');
  }

  stop(session: string, signal: AbortSignal): Promise<void> {
    return this.disks && VbrDiskRestores.isMount(session) ? this.disks.stop(session, signal) : this.sessions.stop(session, signal);
  }

  findTaken(run: JobRun, signal: AbortSignal): Promise<RestorePoint | undefined> {
    return this.points.takenBy(run, signal);
  }

  listRestorePoints(signal: AbortSignal): AsyncIterable<readonly RestorePoint[]> {
    return this.points.list(signal);
  }

  findRestorePoint(id: string, signal: AbortSignal): Promise<RestorePoint | undefined> {
    return this.points.find(id, signal);
  }

  listChain({ chain }: RestorePoint, signal: AbortSignal): Promise<readonly RestorePoint[]> {
    return this.points.inChain(chain, signal);
  }

  assertChainIdle(chain: string, signal: AbortSignal): Promise<void> {
    return this.points.assertChainIdle(chain, signal);
  }

  sizesIn(chain: string, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    return this.points.sizesIn(chain, signal);
  }

  listDisks(restorePoint: string, signal: AbortSignal): Promise<readonly Disk[]> {
    return this.points.disks(restorePoint, signal);
  }

  deleteRestorePoint(id: string, signal: AbortSignal): Promise<string | undefined> {
    return this.points.remove(id, signal);
  }

  capacity(signal: AbortSignal): Promise<StorageCapacity> {
    return capacityOf(this.client, signal);
  }

  private newClient(): VbrClient {
    const { username, password, version } = this.settings;
    return new VbrClient(this.https, { username, password }, revisionSet(version), this.now);
  }
}
