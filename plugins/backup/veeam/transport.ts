import type { Capabilities, ConnectionStep, StorageCapacity } from '../../../src/provider/index.js';

/**
 * What the provider needs of Veeam, whichever API it speaks. Values in, values out; a reference is the transport's own name for a thing
 * there, at most 200 characters, good for as long as the thing lasts and for every server. A method that fails throws a `ProviderError`;
 * what it starts, it starts once and does not wait for.
 */
export interface Transport {
  /** What this server can do, at its revision and with the settings of the zone. */
  capabilities(signal: AbortSignal): Promise<Capabilities>;
  /** Tries the way to Veeam step by step; the first step that fails is the last one. */
  checkConnection(signal: AbortSignal): Promise<readonly ConnectionStep[]>;

  /** What machines can be put under. */
  listTemplates(signal: AbortSignal): Promise<readonly Template[]>;
  /** The machines of that name that vCenter has. */
  findMachines(name: string, signal: AbortSignal): Promise<readonly VsphereMachine[]>;
  /** All machines that vCenter has. */
  listMachines(signal: AbortSignal): Promise<readonly VsphereMachine[]>;

  /** The job of the machine, known by the uuid in its name; undefined if there is none. Throws `rejected` if it was made after another template. */
  findJob(machineUuid: string, template: string, signal: AbortSignal): Promise<string | undefined>;
  /** Makes the job that backs up one machine, as the template says, and answers its reference. Nobody else makes one of that name. */
  createJob(job: NewJob, signal: AbortSignal): Promise<string>;
  /** Makes the job back up this machine, which is the one that it is for, and nothing else, as its schedule says. */
  retargetJob(job: string, machine: VsphereMachine, signal: AbortSignal): Promise<void>;
  /** Removes the job, or else keeps it from ever running again; its restore points stay. One that is gone is no error. */
  removeJob(job: string, signal: AbortSignal): Promise<void>;

  /** The newest sessions that may be of the run, the newest first, each with the id that Veeam has for it at its end. They tell whether a start that nobody recorded has happened. */
  recentSessions(run: Run, signal: AbortSignal): Promise<readonly string[]>;
  /** How long after its start has been accepted a session may not be shown yet. */
  readonly shownAfterMs: number;
  /** Starts the job, and answers the start: a session, or what one will come of. A job that runs already is refused as `temporary`. */
  startBackup(job: string, signal: AbortSignal): Promise<string>;
  /** Starts to put the machine back where it was, switched off, and answers the start. Beside another restore of it that is refused as `temporary`. */
  startRestore(restore: MachineRestore, signal: AbortSignal): Promise<string>;
  /** Starts to write the backup of a machine over another one, where `capabilities` declares it; that one stays off. Answers the start. Beside another one of its name that is refused as `temporary`. */
  startFilling(filling: MachineFilling, signal: AbortSignal): Promise<string>;
  /** The session that came of a start, once it is there. A failure that leaves nothing done says that none will. */
  sessionOf(start: string, run: Run, signal: AbortSignal): Promise<string>;
  /** How far a session has come. */
  look(session: string, signal: AbortSignal): Promise<Session>;
  /** Has the session stop soon; one that is over is no error. */
  stop(session: string, signal: AbortSignal): Promise<void>;

  /**
   * The restore point of the machine that this session of the job took, with its size if that can be told; undefined while it cannot be
   * seen. Throws `corrupt` if there are several.
   */
  findTaken(run: JobRun, signal: AbortSignal): Promise<RestorePoint | undefined>;
  /** Every restore point of a job with a machine's name in it, in few requests. All of them or an error; an empty page says that it goes on. */
  listRestorePoints(signal: AbortSignal): AsyncIterable<readonly RestorePoint[]>;
  /** The restore point as it is now. */
  findRestorePoint(id: string, signal: AbortSignal): Promise<RestorePoint | undefined>;
  /** Every restore point of the chain that this one is in. */
  listChain(point: RestorePoint, signal: AbortSignal): Promise<readonly RestorePoint[]>;
  /** Throws `temporary` while a job is at work that may add to the chain; does nothing where no restore point can be deleted. */
  assertChainIdle(chain: string, signal: AbortSignal): Promise<void>;
  /** Bytes of the files of those in the chain, by their ids; none where restore points come with their sizes, or the API cannot tell. */
  sizesIn(chain: string, signal: AbortSignal): Promise<ReadonlyMap<string, number>>;
  /** The disks that it holds; undefined where the API cannot tell. */
  listDisks(restorePoint: string, signal: AbortSignal): Promise<readonly Disk[] | undefined>;
  /**
   * Starts to remove this restore point and no other, and answers the session; undefined when there is nothing to be done. Throws
   * `unsupported` where it cannot, and `temporary` while a job is at work on what would go.
   */
  deleteRestorePoint(id: string, signal: AbortSignal): Promise<string | undefined>;

  /** Restoring one disk, where `capabilities` declares it. */
  readonly disks?: DiskRestores;

  capacity(signal: AbortSignal): Promise<StorageCapacity>;
}

/** Restores single disks as disks of their own, which the source of the machines then attaches. Each has a name that its caller makes up. */
export interface DiskRestores {
  /** Starts to make the disk readable out of the backup, and answers the session, which stops when it is. */
  mount(restore: NewDiskRestore, signal: AbortSignal): Promise<string>;
  /** Where the mounted disk is. */
  pathOf(name: string, signal: AbortSignal): Promise<string>;
  /** Starts to move the mounted disk to its storage, and answers the session. */
  migrate(name: string, signal: AbortSignal): Promise<string>;
  /** Lets the mounted disk go; one that is gone is no error. */
  unmount(name: string, signal: AbortSignal): Promise<void>;
}

/** Something that machines can be put under: a job to copy the settings of, or a repository to keep backups in. */
export interface Template {
  /** `urn:veeam:Job:<uuid>` or `urn:veeam:Repository:<uuid>`, in every API. */
  readonly externalId: string;
  readonly name: string;
  readonly description: string;
}

/** A machine in vCenter. */
export interface VsphereMachine {
  readonly name: string;
  /** The name of the object in its vCenter, such as `vm-1036`. */
  readonly moref: string;
  /** The vCenter, by the transport's name for it. */
  readonly vcenter: string;
}

/** What is known of a machine that was backed up, as vCenter had it then. */
export type BackedUpMachine = Partial<VsphereMachine>;

/** One run of a job, which may have backed up others too. */
export interface JobRun {
  readonly job: string;
  readonly session: string;
  readonly machine: VsphereMachine;
}

/** A job to be made. */
export interface NewJob {
  readonly name: string;
  readonly description: string;
  readonly template: string;
  readonly machine: VsphereMachine;
}

/** Something that runs in sessions: a job, restores of a machine or over another one, the mount of a disk, its migration. */
export type Run =
  | { readonly kind: 'backup'; readonly job: string }
  | { readonly kind: 'restore'; readonly restorePoint: string; readonly machineName: string }
  | { readonly kind: 'filling'; readonly restorePoint: string; readonly machineName: string }
  | { readonly kind: 'mount'; readonly name: string }
  | { readonly kind: 'migration'; readonly name: string };

/** A whole machine to be put back. */
export interface MachineRestore {
  readonly restorePoint: string;
  readonly machineName: string;
  /** Whether vCenter still has the machine, which is then written over. */
  readonly exists: boolean;
  /** Shown by Veeam beside the restore. */
  readonly reason: string;
}

/** A machine that is to become what the backup of another one holds. */
export interface MachineFilling {
  readonly restorePoint: string;
  /** It is off, and goes: what takes its name and its place is made anew. */
  readonly target: VsphereMachine;
  /** Shown by Veeam beside the restore. */
  readonly reason: string;
}

/** A session as it is now. */
export interface Session {
  readonly state: 'Starting' | 'Working' | 'Stopped';
  readonly percent: number;
  /** Once stopped; a warning is a success with something to say. */
  readonly result?: 'Success' | 'Warning' | 'Failed';
  /** What Veeam says of the result, lines of the log of a failed session included; never a secret. */
  readonly message?: string;
}

export interface RestorePoint {
  /** The uuid that Veeam has for it. */
  readonly id: string;
  /** The name of the job that took it, which says whose job it is. */
  readonly jobName: string;
  /** Not always the one that the job is for: somebody may have added others in Veeam. */
  readonly machine: BackedUpMachine;
  /** What those have in common of which one may depend on another. */
  readonly chain: string;
  readonly takenAt: Date;
  /** Absent where the API does not tell. */
  readonly type?: 'FULL' | 'INCREMENTAL';
  /** An increment that leads back from the restore point after it, as jobs in reverse incremental mode keep all but the newest. */
  readonly isReverse?: true;
  /** Bytes that it occupies; absent where the API does not tell. */
  readonly sizeBytes?: number;
}

/** A disk inside a restore point. */
export interface Disk {
  /** What identifies the disk inside its restore point. */
  readonly id: string;
  readonly name: string;
  /** Its place on the machine's controllers, counted through; absent where the API does not tell. */
  readonly unitNumber?: number;
  readonly sizeBytes: number;
}

/** One disk to be restored. */
export interface NewDiskRestore {
  readonly name: string;
  readonly restorePoint: string;
  readonly disk: Disk;
}

/** Chooses the way to Veeam, which may need to ask what is there. */
export type OpenTransport = () => Promise<Transport>;
