import { ProviderError } from '../../../../src/provider/index.js';
import { namesIn } from '../naming.js';
import type { Session } from '../transport.js';
import { asList, asText, numberOf, textOf, timeOf, type Answer } from './answers.js';
import type { VbrClient } from './vbr-client.js';

const SESSIONS = '/api/v1/sessions';
const MAX_LOG_LINES = 5;
/** How many sessions are looked through for one that was lost, or is under way. */
const RECENT = 100;

/** Runs to look for: those of a job, or those with one of these names in theirs. */
export type Sought =
  { readonly type: 'backup'; readonly job: string } | { readonly type: 'restore' | 'migration'; readonly names: readonly string[] };

/** What runs at Veeam, and how far it has come. */
export class Sessions {
  constructor(
    private readonly client: VbrClient,
    private readonly username: string,
  ) {}

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
      ...(said.length > 0 ? { message: this.client.showable([...new Set(said)].join('; ')) } : {}),
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

  /** Those that this user has started, the newest first, as far as Veeam tells who has. */
  async recent(sought: Sought, signal: AbortSignal): Promise<readonly string[]> {
    const found = await this.find(sought, signal);
    return found.filter((session) => this.isOurs(session)).map((session) => textOf(session, 'id', SESSIONS));
  }

  /** Throws `temporary` while a restore of a machine of this name is under way, whoever has started it, and others since. */
  async assertNotRestored(machineName: string, signal: AbortSignal): Promise<void> {
    const recent = await this.find({ type: 'restore', names: [machineName] }, signal);
    const underWay = recent.find(({ state }) => state !== 'Stopped');
    if (!underWay) return;
    const session = textOf(underWay, 'id', SESSIONS);
    throw new ProviderError('temporary', `Veeam is restoring the machine ${machineName} already, by session ${session}`);
  }

  async stop(id: string, signal: AbortSignal): Promise<void> {
    if ((await this.look(id, signal)).state !== 'Stopped') await this.client.ask('POST', `${SESSIONS}/${id}/stop`, signal);
  }

  private async find(sought: Sought, signal: AbortSignal): Promise<readonly Answer[]> {
    const { has } = await this.client.revision(signal);
    if (sought.type === 'backup') {
      return this.newest({ jobIdFilter: sought.job, typeFilter: has.backupJobSessions ? 'BackupJob' : 'Job' }, signal);
    }
    const migration = has.diskMigrationSessions ? 'FirstClassDiskQuickMigration' : 'QuickMigration';
    const typeFilter = sought.type === 'restore' ? 'RestoreVm' : migration;
    // There is a filter for one name only, and it finds names that contain that one, too: `db-10` for `db-1`.
    const ask = async (name: string) =>
      (await this.newest({ nameFilter: `*${name}*`, typeFilter }, signal)).filter((session) => isNamed(session, name));
    const found = (await Promise.all(sought.names.map(ask))).flat();
    return newestFirst([...new Map(found.map((session) => [session['id'], session])).values()]);
  }

  private async newest(filter: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly Answer[]> {
    const search = new URLSearchParams({ ...filter, orderColumn: 'CreationTime', orderAsc: 'false', skip: '0', limit: String(RECENT) });
    const { data } = await this.client.ask('GET', `${SESSIONS}?${search.toString()}`, signal);
    return newestFirst(asList(data, SESSIONS));
  }

  private isOurs({ initiatedBy }: Answer): boolean {
    const by = asText(initiatedBy);
    return by === undefined || accountOf(by) === accountOf(this.username);
  }

  /** The lines of the log that say what went wrong. */
  private async errorsIn(id: string, signal: AbortSignal): Promise<readonly string[]> {
    const log = await this.client.find(`${SESSIONS}/${id}/logs`, signal);
    const records = (Array.isArray(log?.['records']) ? log['records'] : []) as readonly Answer[];
    const failed = records.filter(({ status }) => status === 'Failed').map(({ title }) => asText(title));
    return failed.filter((title) => title !== undefined).slice(0, MAX_LOG_LINES);
  }
}

const isNamed = ({ name }: Answer, wanted: string): boolean => namesIn(asText(name) ?? '', [wanted]).size > 0;

const newestFirst = (sessions: readonly Answer[]): readonly Answer[] =>
  [...sessions].sort((a, b) => timeOf(b, 'creationTime', SESSIONS).getTime() - timeOf(a, 'creationTime', SESSIONS).getTime());

/** The name of a user without its domain, before or behind it. */
const accountOf = (user: string): string => user.replace(/^.*\\/, '').replace(/@.*$/, '').toLowerCase();
