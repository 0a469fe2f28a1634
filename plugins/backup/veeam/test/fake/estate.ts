import { randomBytes, randomUUID } from 'node:crypto';
import { FakeSessions, type FakeSession } from './sessions.js';

export const VCENTER = 'vcenter.fake';

/** A disk holds as many bytes at most, however large it is. */
const MOST_BYTES = 4096;

export interface FakeDisk {
  /** The key of the device: 2000 and its unit number. */
  readonly key: string;
  readonly unitNumber: number;
  /** The name of its file. */
  readonly label: string;
  readonly sizeBytes: number;
  bytes: Buffer;
}

export interface FakeMachine {
  name: string;
  moref: string;
  readonly instanceUuid: string;
  disks: FakeDisk[];
  isOn?: boolean;
}

export interface FakeRepository {
  readonly id: string;
  readonly name: string;
  readonly capacityGB: number;
  readonly freeGB: number;
}

export interface FakeJob {
  readonly id: string;
  name: string;
  description: string;
  isDisabled: boolean;
  repositoryId: string;
  /** The machines that it backs up, and the tags, folders and the like. */
  morefs: string[];
  containers: string[];
  /** Everything else that the API was told of it. */
  settings: Record<string, unknown>;
}

/** A chain of restore points. */
export interface FakeBackup {
  readonly id: string;
  /** Stays when the job goes. */
  readonly jobId: string;
  readonly name: string;
  readonly repositoryId: string;
  readonly createdAt: Date;
}

export interface FakeRestorePoint {
  readonly id: string;
  /** The session that made it, if one did. */
  readonly sessionId?: string;
  readonly backupId: string;
  readonly machine: Omit<FakeMachine, 'disks'>;
  readonly createdAt: Date;
  type: 'Full' | 'Increment' | 'Rollback';
  readonly sizeBytes: number;
  /** With the bytes of the moment at which it was taken. */
  readonly disks: readonly FakeDisk[];
}

/** A disk of its own, restored out of a restore point. */
export interface FakeFirstClassDisk {
  readonly id: string;
  readonly name: string;
  readonly datastore: string;
  readonly bytes: Buffer;
}

/** What Veeam and vCenter hold, behind whichever API. Sessions take time by a clock that tests can move. */
export class Estate {
  readonly machines: FakeMachine[] = [];
  readonly repositories: FakeRepository[] = [{ id: randomUUID(), name: 'Default Backup Repository', capacityGB: 1000, freeGB: 600 }];
  readonly jobs: FakeJob[] = [];
  readonly backups: FakeBackup[] = [];
  readonly restorePoints: FakeRestorePoint[] = [];
  readonly firstClassDisks: FakeFirstClassDisk[] = [];
  readonly sessions = new FakeSessions(() => this.now());
  private offsetMs = 0;
  private made = 1000;

  /** What time it is there. */
  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }

  /** Moves the clock on. */
  advance(ms: number): void {
    this.offsetMs += ms;
  }

  /** A machine with one disk for each size, in the slots given or else one after the other, each with bytes of its own. */
  addMachine(name: string, disks: readonly { readonly sizeBytes: number; readonly slot: number }[]): FakeMachine {
    const machine: FakeMachine = {
      name,
      moref: `vm-${this.made++}`,
      instanceUuid: randomUUID(),
      disks: disks.map(({ sizeBytes, slot }, index) => ({
        key: String(2000 + unitOf(slot)),
        unitNumber: unitOf(slot),
        label: index === 0 ? name : `${name}_${index}`,
        sizeBytes,
        bytes: someBytes(sizeBytes),
      })),
    };
    this.machines.push(machine);
    return machine;
  }

  addJob(job: Pick<FakeJob, 'name'> & Partial<FakeJob>): FakeJob {
    const [repository] = this.repositories;
    const made = {
      ...{ id: randomUUID(), description: '', isDisabled: false, repositoryId: repository?.id ?? '' },
      ...{ morefs: [], containers: [], settings: {} },
      ...job,
    };
    this.jobs.push(made);
    return made;
  }

  machine(name: string): FakeMachine {
    const machine = this.machines.find((each) => each.name === name);
    if (!machine) throw new Error(`vCenter has no machine ${name}`);
    return machine;
  }

  /** What the disks of the machine hold, by their units. */
  contentOf(name: string): ReadonlyMap<number, string> {
    return new Map(this.machine(name).disks.map(({ unitNumber, bytes }) => [unitNumber, bytes.toString('hex')]));
  }

  /** Writes new bytes to every disk of the machine, as its guest would. */
  scribble(name: string): void {
    for (const disk of this.machine(name).disks) disk.bytes = someBytes(disk.sizeBytes);
  }

  /** Gives the machine another name in vCenter; it stays the same. */
  rename(name: string, to: string): void {
    this.machine(name).name = to;
  }

  /** Takes the machine out of vCenter, with its disks. */
  lose(name: string): void {
    this.machines.splice(this.machines.indexOf(this.machine(name)), 1);
  }

  /** The restore points of the machine, oldest first. */
  pointsOf(name: string): FakeRestorePoint[] {
    return this.restorePoints.filter(({ machine }) => machine.name === name).sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  }

  /** Starts the job; its restore points are there when the session has ended well. */
  startJob(job: FakeJob): FakeSession {
    return this.sessions.start({ kind: 'Job', name: job.name, jobId: job.id }, (session) => this.takePoints(job, session));
  }

  /** Starts to write the restore point over its machine, which is made anew, under another identity, if it is gone. */
  startRestore(point: FakeRestorePoint): FakeSession {
    return this.sessions.start({ kind: 'RestoreVm', name: point.machine.name }, () => this.putBack(point));
  }

  /** Starts to make what the restore point holds anew under this name, in place of a machine of that name that is there. */
  startFilling({ machine, disks }: FakeRestorePoint, name: string, sessionName = machine.name): FakeSession {
    return this.sessions.start({ kind: 'RestoreVm', name: sessionName }, () => {
      removeWhere(this.machines, (each) => each.name === name);
      const instanceUuid = randomUUID();
      this.machines.push({ name, moref: `vm-${this.made++}`, instanceUuid, disks: disks.map((disk) => ({ ...disk })) });
    });
  }

  /** Removes restore points, and with the last of them the backup. */
  removePoints(ids: readonly string[]): void {
    removeWhere(this.restorePoints, ({ id }) => ids.includes(id));
    removeWhere(this.backups, ({ id }) => !this.restorePoints.some(({ backupId }) => backupId === id));
  }

  /** Removes one restore point, and with it those that cannot be restored without it. */
  deletePoint(id: string): void {
    const point = this.restorePoints.find((each) => each.id === id);
    const chain = this.restorePoints.filter((each) => each.backupId === point?.backupId && each.machine.moref === point.machine.moref);
    const at = chain.findIndex((each) => each.id === id);
    const later = chain.slice(at + 1);
    const next = later.findIndex(({ type }) => type !== 'Increment');
    const earlier = chain.slice(0, at).reverse();
    const last = earlier.findIndex(({ type }) => type !== 'Rollback');
    const gone = [...later.slice(0, next < 0 ? later.length : next), ...earlier.slice(0, last < 0 ? earlier.length : last)];
    this.removePoints([id, ...gone.map((each) => each.id)]);
  }

  private takePoints(job: FakeJob, { id: sessionId }: FakeSession): void {
    const machines = this.machines.filter(({ moref }) => job.morefs.includes(moref));
    if (machines.length === 0) throw new Error('Nothing to process. All machines were excluded from task list');
    const backup = this.backups.find(({ jobId }) => jobId === job.id) ?? this.addBackup(job);
    for (const { disks, ...machine } of machines) {
      const chain = this.restorePoints.filter((point) => point.backupId === backup.id && point.machine.moref === machine.moref);
      const isReverse = job.settings['mode'] === 'ReverseIncremental';
      // Only the newest is whole: the one before becomes what leads back from it.
      if (isReverse) for (const each of chain) each.type = 'Rollback';
      const type = chain.length === 0 || isReverse ? 'Full' : 'Increment';
      const sizeBytes = Math.ceil(disks.reduce((sum, disk) => sum + disk.sizeBytes, 0) / 2);
      const held = { disks: disks.map((disk) => ({ ...disk })), machine };
      this.restorePoints.push({ id: randomUUID(), sessionId, backupId: backup.id, createdAt: this.now(), type, sizeBytes, ...held });
    }
  }

  private addBackup(job: FakeJob): FakeBackup {
    const backup = { id: randomUUID(), jobId: job.id, name: job.name, repositoryId: job.repositoryId, createdAt: this.now() };
    this.backups.push(backup);
    return backup;
  }

  private putBack({ machine, disks }: FakeRestorePoint): void {
    const present = this.machines.find(({ moref }) => moref === machine.moref);
    const restored = disks.map((disk) => ({ ...disk }));
    if (present) present.disks = restored;
    else this.machines.push({ ...machine, moref: `vm-${this.made++}`, disks: restored });
  }
}

const someBytes = (sizeBytes: number): Buffer => randomBytes(Math.min(sizeBytes, MOST_BYTES));

/** Unit 7 is the controller's own. */
const unitOf = (slot: number): number => (slot < 7 ? slot : slot + 1);

function removeWhere<T>(list: T[], isRemoved: (item: T) => boolean): void {
  for (let index = list.length - 1; index >= 0; index--) if (isRemoved(list[index] as T)) list.splice(index, 1);
}
