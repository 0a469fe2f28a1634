import type { Estate, FakeBackup, FakeJob, FakeRepository, FakeRestorePoint } from './estate.js';
import { element, field, type Xml, type XmlPart } from './em-xml.js';
import type { FakeSession } from './sessions.js';

const GB = 1024 ** 3;

/** Where the documents leave open how a server behaves, or versions differ, and a test chooses. */
export interface Dialect {
  /** Backups have a chain for each machine, and its name in theirs, as from version 12 on. */
  chains: boolean;
  /** Restore points have elements that older clients do not know. */
  strange: boolean;
  /** Times say that they are in UTC. */
  tellsZone: boolean;
  /** Tasks name the sessions that they have started. */
  namesSessions: boolean;
  /** To a question for what is not there: no content, or else not found. */
  answersNothing: boolean;
  /** Sessions are not all that can be queried. */
  queriesPoints: boolean;
  /** The runs of restore points are compared as whole urns, or else as plain ids. */
  comparesUrns: boolean;
  /** The most that a page of a query holds, whatever is asked for. */
  longestPage: number;
}

/** As a server of today is taken to be. */
export const USUAL_DIALECT: Dialect = {
  ...{ chains: true, strange: true, tellsZone: true, namesSessions: true, answersNothing: false },
  ...{ queriesPoints: true, comparesUrns: true, longestPage: 1000 },
};

/** The other way round in everything, with pages that are soon full. */
export const OTHER_DIALECT: Dialect = {
  ...{ chains: false, strange: false, tellsZone: false, namesSessions: false, answersNothing: true },
  ...{ queriesPoints: false, comparesUrns: false, longestPage: 2 },
};

/** Something that the fake was asked to do. */
export interface FakeTask {
  readonly id: string;
  readonly operation: string;
  /** How often it is looked at until it has ended. */
  looksLeft: number;
  readonly isSuccessful: boolean;
  readonly message: string;
  /** What it has started. */
  readonly started?: { readonly type: string; readonly path: string };
}

/** Writes what the fake holds as Enterprise Manager would, with links below this address. */
export class EmDocuments {
  constructor(
    private readonly base: () => string,
    private readonly dialect: Dialect,
  ) {}

  reference(type: string, path: string, name: string, uid: string): Xml {
    return element('Ref', { UID: uid, Name: name, Href: this.href(path), Type: `${type}Reference` });
  }

  jobReference({ id, name }: FakeJob): Xml {
    return this.reference('Job', `jobs/${id}`, name, uidOf('Job', id));
  }

  job(job: FakeJob): [Readonly<Record<string, string>>, ...Xml[]] {
    const isScheduled = hasSchedule(job);
    return [
      this.attributes('Job', 'jobs', job.id, job.name),
      element('Links', {}, this.link('Start', '', `jobs/${job.id}?action=start`)),
      field('JobType', 'Backup'),
      field('Platform', 'VMware'),
      field('Description', job.description),
      field('ScheduleConfigured', isScheduled),
      field('ScheduleEnabled', isScheduled && !job.isDisabled),
      element('JobInfo', {}, element('BackupJobInfo', {}, field('Includes', ''))),
    ];
  }

  task({ id, operation, looksLeft, isSuccessful, message, started }: FakeTask): [Readonly<Record<string, string>>, ...XmlPart[]] {
    const isFinished = looksLeft <= 0;
    const named = isFinished && started ? this.link('Related', started.type, `${started.path}?format=Entity`) : undefined;
    const result = isFinished ? element('Result', { Success: String(isSuccessful) }, field('Message', message)) : undefined;
    return [
      { Type: 'Task', Href: this.href(`tasks/${id}`) },
      element('Links', {}, this.link('Delete', 'Task', `tasks/${id}`), named),
      field('TaskId', id),
      field('State', isFinished ? 'Finished' : 'Running'),
      field('Operation', operation),
      result,
    ];
  }

  session(session: FakeSession): [Readonly<Record<string, string>>, ...XmlPart[]] {
    const type = session.kind === 'Job' ? 'BackupJobSession' : 'RestoreSession';
    const path = session.kind === 'Job' ? 'backupSessions' : 'restoreSessions';
    const name = `${session.name}@${session.createdAt.toISOString()}`;
    const whose = session.kind === 'Job' ? {} : { VmDisplayName: session.name };
    return [
      { ...this.attributes(type, path, session.id, name), ...whose },
      session.kind === 'Job' ? field('JobUid', uidOf('Job', session.jobId ?? '')) : undefined,
      field('JobType', session.kind === 'Job' ? 'Backup' : 'RestoreVm'),
      field('CreationTimeUTC', this.time(session.createdAt)),
      session.endedAt ? field('EndTimeUTC', this.time(session.endedAt)) : undefined,
      field('State', session.state),
      field('Result', session.result),
      field('Progress', session.percent),
    ];
  }

  /** A session of the type, as the item of a list. */
  sessionItem(session: FakeSession): Xml {
    return element(session.kind === 'Job' ? 'BackupJobSession' : 'RestoreSession', ...this.session(session));
  }

  taskSession({ id, result, message, log }: FakeSession, vmName: string, point: FakeRestorePoint | undefined): Xml {
    const reason = [...log.map(({ title }) => title), ...(log.length > 0 || message === '' ? [] : [message])].join(' ');
    const related = point && this.link('Related', 'VmRestorePoint', `vmRestorePoints/${point.id}?format=Entity`, pointName(point));
    return element(
      'BackupTaskSession',
      { ...this.attributes('BackupTaskSession', 'backupTaskSessions', id, vmName), VmDisplayName: vmName },
      element('Links', {}, this.link('Up', 'BackupJobSessionReference', `backupSessions/${id}`), related),
      field('State', 'Completed'),
      field('Result', result),
      field('Reason', reason),
    );
  }

  point(point: FakeRestorePoint, isReady: boolean): [Readonly<Record<string, string>>, ...XmlPart[]] {
    const { id, machine, createdAt, type } = point;
    return [
      { ...this.attributes('VmRestorePoint', 'vmRestorePoints', id, pointName(point)), VmDisplayName: machine.name },
      element(
        'Links',
        {},
        this.link('Restore', '', `vmRestorePoints/${id}?action=restore`),
        isReady ? this.link('Up', 'RestorePointReference', `restorePoints/${runIdOf(point)}`, createdAt.toISOString()) : undefined,
        this.link('Up', 'BackupFileReference', `backupFiles/${id}`, fileName(point)),
      ),
      this.dialect.strange ? element('SqlInfo', { UseSql: 'false' }, element('Databases', {}, field('Db', 'x'))) : undefined,
      field('CreationTimeUTC', this.time(createdAt)),
      field('VmName', machine.name),
      field('Algorithm', type),
      field('PointType', type),
      field('HierarchyObjRef', `urn:VMware:Vm:${ROOT_ID}.${machine.moref}`),
    ];
  }

  file(point: FakeRestorePoint, { id, name }: FakeBackup): [Readonly<Record<string, string>>, ...XmlPart[]] {
    const { machine, sizeBytes, createdAt, type } = point;
    const backup = this.dialect.chains ? `${name} - ${machine.name}` : name;
    return [
      this.attributes('BackupFile', 'backupFiles', point.id, fileName(point)),
      element('Links', {}, this.link('Up', 'BackupReference', `backups/${id}`, backup)),
      field('FilePath', `V:\\Backup\\${name}\\${fileName(point)}`),
      field('BackupSize', sizeBytes),
      field('DataSize', 2 * sizeBytes),
      field('DeduplicationRatio', 1),
      field('CompressRatio', 2.5),
      field('CreationTimeUtc', this.time(createdAt)),
      field('FileType', EXTENSIONS[type]),
    ];
  }

  repository({ id, name, capacityGB, freeGB }: FakeRepository): Xml {
    const room = [field('Capacity', capacityGB * GB), field('FreeSpace', freeGB * GB)];
    return element('Repository', this.attributes('Repository', 'repositories', id, name), ...room, field('Kind', 'WinLocal'));
  }

  private time(time: Date): string {
    return this.dialect.tellsZone ? time.toISOString() : time.toISOString().slice(0, -1);
  }

  private attributes(type: string, path: string, id: string, name: string): Readonly<Record<string, string>> {
    return { Href: this.href(`${path}/${id}?format=Entity`), Type: type, Name: name, UID: uidOf(type, id) };
  }

  private link(rel: string, type: string, path: string, name = ''): Xml {
    return element('Link', {
      Href: this.href(path),
      ...(name === '' ? {} : { Name: name }),
      ...(type === '' ? {} : { Type: type }),
      Rel: rel,
    });
  }

  private href(path: string): string {
    return `${this.base()}/${path}`;
  }
}

/** The vCenter server, as Enterprise Manager names it. */
export const ROOT_ID = '3e7fea0c-e92d-4459-9842-0304df34c644';

export const uidOf = (type: string, id: string): string => `urn:veeam:${type}:${id}`;

/** Whether a job runs by itself. */
export const hasSchedule = ({ settings }: FakeJob): boolean =>
  (settings['schedule'] as { runAutomatically?: boolean } | undefined)?.runAutomatically === true;

/** What the run that made it has made of all its machines together. */
export const runIdOf = ({ sessionId, id }: FakeRestorePoint): string => sessionId ?? id;

/** What a session made, if it is the run of a job. */
export const pointsMadeBy = ({ restorePoints }: Estate, { id }: FakeSession): FakeRestorePoint[] =>
  restorePoints.filter(({ sessionId }) => sessionId === id);

const EXTENSIONS = { Full: 'vbk', Increment: 'vib', Rollback: 'vrb' } as const;

const pointName = ({ machine, createdAt }: FakeRestorePoint): string => `${machine.name}@${createdAt.toISOString()}`;

/** Cut as on a real server, so that nobody can tell the machine by it. */
const fileName = ({ machine, id, type }: FakeRestorePoint): string => `${machine.name.slice(0, 45)}D${id.slice(0, 4)}.${EXTENSIONS[type]}`;
