import { ProviderError } from '../../../../src/provider/index.js';
import { urnOf } from '../naming.js';
import type { MachineRestore, Run, Session } from '../transport.js';
import type { EmClient } from './client.js';
import {
  BACKUP_SESSION,
  QUERIED_BACKUP_SESSIONS,
  QUERIED_RESTORE_SESSIONS,
  RESTORE_POINT,
  RESTORE_SESSION,
  TASK_SESSIONS,
  type Kind,
  type Session as EmSession,
  type Task,
  type TaskSession,
} from './entities.js';
import { equals, equalsAny, type Queries, type Query } from './queries.js';
import { restoreSpec } from './specs.js';
import { afterwards, lookFor, type Pace, type Tasks } from './tasks.js';

/** What Enterprise Manager starts: a machine it restores in place only, and disks it does not mount. */
export type EmRun = Extract<Run, { readonly kind: 'backup' | 'restore' }>;
type EmRestore = Extract<Run, { readonly kind: 'restore' }>;

/** How many sessions are looked through for one that was lost, or is under way. */
const RECENT = 20;

const RESULTS = ['Success', 'Warning', 'Failed'] as const;

/** Runs of jobs, and restores. A session is named by its path. */
export class Sessions {
  constructor(
    private readonly em: EmClient,
    private readonly queries: Queries,
    private readonly tasks: Tasks,
    private readonly pace: Pace,
  ) {}

  /** The newest first. */
  async recent(run: EmRun, signal: AbortSignal): Promise<readonly string[]> {
    return (await this.find(run, signal)).map(({ id }) => pathOf(run, id));
  }

  /** A finished start is no backup: what is answered has only begun. */
  async startBackup(job: string, signal: AbortSignal): Promise<string> {
    const before = await this.assertIdle({ kind: 'backup', job }, signal);
    return startOf(before, await this.em.change('POST', `jobs/${job}?action=start`, signal));
  }

  async startRestore({ restorePoint, machineName }: MachineRestore, signal: AbortSignal): Promise<string> {
    const before = await this.assertIdle({ kind: 'restore', restorePoint, machineName }, signal);
    return startOf(before, await this.em.change('POST', `${pointPath(restorePoint)}?action=restore`, signal, restoreSpec()));
  }

  /** The session that came of the start: the one that its task names, or else the first that is newer than the last one before. */
  async cameOf(start: string, run: EmRun, signal: AbortSignal): Promise<string> {
    const what = `starting a ${run.kind}`;
    const { task, before } = readStart(start);
    const ended = task === undefined ? undefined : await this.tasks.outcome(task, what, signal);
    const named = ended?.links.find(({ rel, type }) => rel === 'Related' && type === kindOf(pathOf(run, '')).root);
    if (named) return pathOf(run, named.id);
    const first = async () => firstAfter(before, await this.find(run, signal));
    const session = await afterwards(what, () => lookFor(this.pace, first, signal));
    if (session) return pathOf(run, session.id);
    throw new ProviderError('unknown', `Veeam has started a ${run.kind} and shows no session of it`);
  }

  async look(session: string, signal: AbortSignal): Promise<Session> {
    const { state, result, percent } = await this.em.get(`${session}?format=Entity`, kindOf(session), signal);
    if (state !== 'Stopped') return { state: state === 'Starting' ? 'Starting' : 'Working', percent };
    const known = RESULTS.find((each) => each === result);
    if (known === 'Success') return { state, percent, result: known };
    const message = known ? await this.reasons(session, signal) : `Veeam ended it with the result ${result || 'nothing'}`;
    return { state, percent, result: known ?? 'Failed', ...(message === '' ? {} : { message }) };
  }

  /** Has a run of a job stop; a restore cannot be stopped. */
  async stop(session: string, signal: AbortSignal): Promise<void> {
    const { state = 'Stopped' } = (await this.em.find(`${session}?format=Entity`, kindOf(session), signal)) ?? {};
    if (state === 'Stopped') return;
    if (!isRestore(session)) return void (await this.tasks.carryOut('POST', `${session}?action=stop`, signal));
    throw new ProviderError('unsupported', `${session} is still ${state}, and Enterprise Manager cannot stop a restore: stop it in Veeam`);
  }

  /** What the run of a job did with its machine; nothing while that cannot be seen. */
  async parts(session: string, signal: AbortSignal): Promise<readonly TaskSession[]> {
    return (await this.em.find(`${session}/taskSessions?format=Entity`, TASK_SESSIONS, signal)) ?? [];
  }

  /** The newest session, if there is one; throws `temporary` while one is under way, which an older one may be, too. */
  private async assertIdle(run: EmRun, signal: AbortSignal): Promise<EmSession | undefined> {
    const recent = await this.find(run, signal);
    const underWay = recent.find(({ state }) => state !== 'Stopped');
    if (!underWay) return recent[0];
    const what = run.kind === 'backup' ? `the job ${run.job} of Veeam is running` : `Veeam is restoring the machine ${run.machineName}`;
    throw new ProviderError('temporary', `${what} already, by session ${underWay.id}`);
  }

  /** The newest first. */
  private async find(run: EmRun, signal: AbortSignal): Promise<readonly EmSession[]> {
    const query = run.kind === 'backup' ? runsOf(run.job) : restoresOf(await this.namesOf(run, signal));
    return this.queries.newest(query, RECENT, signal);
  }

  /** Those that a session of the restore can be under: that of the machine now, and the one that it had when it was backed up. */
  private async namesOf({ restorePoint, machineName }: EmRestore, signal: AbortSignal): Promise<readonly string[]> {
    const { vmName = machineName } = (await this.em.find(`${pointPath(restorePoint)}?format=Entity`, RESTORE_POINT, signal)) ?? {};
    return [...new Set([machineName, vmName])];
  }

  /** Of a restore, Enterprise Manager tells none. */
  private async reasons(session: string, signal: AbortSignal): Promise<string> {
    if (isRestore(session)) return '';
    const reasons = (await this.parts(session, signal)).map(({ reason }) => reason).filter((reason) => reason !== '');
    return this.em.showable([...new Set(reasons)].join('; '));
  }
}

/** The first session after that one, which is among the newest; undefined while there is none. Throws `unknown` when it is not among them. */
function firstAfter(before: string | undefined, recent: readonly EmSession[]): EmSession | undefined {
  const end = before === undefined ? recent.length : recent.findIndex(({ id }) => id === before);
  if (end >= 0 && end < RECENT) return recent.slice(0, end).at(-1);
  throw new ProviderError('unknown', `which session came of it cannot be told: it is not among the newest ${RECENT}`);
}

const runsOf = (job: string): Query<EmSession> => ({
  ...{ type: 'BackupJobSession', kind: QUERIED_BACKUP_SESSIONS },
  filter: equals('JobUid', urnOf('Job', job)),
});

const restoresOf = (names: readonly string[]): Query<EmSession> => ({
  ...{ type: 'RestoreSession', kind: QUERIED_RESTORE_SESSIONS },
  filter: equalsAny('VmDisplayName', names),
});

const pointPath = (restorePoint: string): string => `vmRestorePoints/${encodeURIComponent(restorePoint)}`;

/** What was begun: the task, if there is one, and the newest session before it. */
const startOf = (before: EmSession | undefined, task: Task | undefined): string =>
  ['start', before?.id ?? '', encodeURIComponent(task?.id ?? '')].join('/');

function readStart(start: string): { readonly before?: string; readonly task?: string } {
  const [, before = '', task = ''] = start.split('/');
  return { ...(before === '' ? {} : { before }), ...(task === '' ? {} : { task: decodeURIComponent(task) }) };
}

/** Whether Enterprise Manager itself starts it. */
export const isEmRun = (run: Run): run is EmRun => run.kind === 'backup' || run.kind === 'restore';

const pathOf = ({ kind }: EmRun, id: string): string => `${kind === 'backup' ? 'backupSessions' : 'restoreSessions'}/${id}`;

/** Whether Enterprise Manager knows the session by this name. */
export const isEmSession = (session: string): boolean => session.startsWith('backupSessions/') || isRestore(session);

const isRestore = (session: string): boolean => session.startsWith('restoreSessions/');

const kindOf = (session: string): Kind<EmSession> => (isRestore(session) ? RESTORE_SESSION : BACKUP_SESSION);
