import type { Run, Session } from '../transport.js';
import { asText, numberOf, textOf, timeOf, type Answer } from './answers.js';
import type { Revision } from './revisions.js';
import type { VbrClient } from './vbr-client.js';

const SESSIONS = '/api/v1/sessions';
const MAX_LOG_LINES = 5;

/** What every one of has a session of its own that ends. */
type SessionRun = Exclude<Run, { readonly kind: 'mount' }>;

/** What runs at Veeam, and how far it has come. */
export class Sessions {
  constructor(private readonly client: VbrClient) {}

  async look(id: string, signal: AbortSignal): Promise<Session> {
    const session = await this.client.ask('GET', `${SESSIONS}/${id}`, signal);
    const state = asText(session['state']) ?? 'Working';
    const percent = Math.min(100, Math.max(0, numberOf(session, 'progressPercent')));
    if (state !== 'Stopped') return { state: state === 'Starting' ? 'Starting' : 'Working', percent };
    const { result, message } = (session['result'] ?? {}) as Answer;
    const isWell = result === 'Success' || result === 'Warning';
    const said = [asText(message), ...(isWell ? [] : await this.errorsIn(id, signal))].filter((line) => line !== undefined);
    return {
      state: 'Stopped',
      percent,
      result: isWell ? result : 'Failed',
      ...(said.length > 0 ? { message: [...new Set(said)].join('; ') } : {}),
    };
  }

  /** When the session began and ended, by Veeam's clock. */
  async spanOf(id: string, signal: AbortSignal): Promise<{ readonly began: Date; readonly ended?: Date }> {
    const session = await this.client.ask('GET', `${SESSIONS}/${id}`, signal);
    const began = timeOf(session, 'creationTime', SESSIONS);
    const ended = asText(session['endTime']) === undefined ? undefined : timeOf(session, 'endTime', SESSIONS);
    // Some answer a time long ago for one that has not ended yet.
    return ended && ended >= began ? { began, ended } : { began };
  }

  async newest(run: SessionRun, signal: AbortSignal): Promise<string | undefined> {
    const filter = filterOf(run, await this.client.revision());
    const search = new URLSearchParams({ ...filter, orderColumn: 'CreationTime', orderAsc: 'false', skip: '0', limit: '20' });
    const { data } = await this.client.ask('GET', `${SESSIONS}?${search.toString()}`, signal);
    const sessions = (Array.isArray(data) ? (data as readonly Answer[]) : []).filter((session) => isOf(session, run));
    const [newest] = [...sessions].sort(
      (a, b) => timeOf(b, 'creationTime', SESSIONS).getTime() - timeOf(a, 'creationTime', SESSIONS).getTime(),
    );
    return newest && textOf(newest, 'id', SESSIONS);
  }

  async stop(id: string, signal: AbortSignal): Promise<void> {
    if ((await this.look(id, signal)).state !== 'Stopped') await this.client.ask('POST', `${SESSIONS}/${id}/stop`, signal);
  }

  /** The lines of the log that say what went wrong. */
  private async errorsIn(id: string, signal: AbortSignal): Promise<readonly string[]> {
    const log = await this.client.find(`${SESSIONS}/${id}/logs`, signal);
    const records = (Array.isArray(log?.['records']) ? log['records'] : []) as readonly Answer[];
    const failed = records.filter(({ status }) => status === 'Failed').map(({ title }) => asText(title));
    return failed.filter((title) => title !== undefined).slice(0, MAX_LOG_LINES);
  }
}

/** A filter by name finds names that contain the one asked for, too: `db-10` for `db-1`. */
function isOf({ name }: Answer, run: SessionRun): boolean {
  if (run.kind === 'backup') return true;
  const wanted = run.kind === 'restore' ? run.machineName : run.name;
  const words = (asText(name) ?? '').split(/[^\w.-]+/);
  return name === wanted || words.includes(wanted);
}

function filterOf(run: SessionRun, { has }: Revision): Readonly<Record<string, string>> {
  switch (run.kind) {
    case 'backup':
      return { jobIdFilter: run.job, typeFilter: has.backupJobSessions ? 'BackupJob' : 'Job' };
    case 'restore':
      return { nameFilter: `*${run.machineName}*`, typeFilter: 'RestoreVm' };
    case 'migration':
      return { nameFilter: `*${run.name}*`, typeFilter: has.diskMigrationSessions ? 'FirstClassDiskQuickMigration' : 'QuickMigration' };
  }
}
