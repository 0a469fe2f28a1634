import { XmlFault, type XmlElement } from './xml.js';

/** What a document with this root tells; reading it throws `XmlFault` where something is missing that must be there. */
export interface Kind<T> {
  readonly root: string;
  read(root: XmlElement): T;
}

/** What another entity is to the one that names it. */
export interface Link {
  readonly rel: string;
  readonly type: string;
  readonly name: string;
  /** The last part of the path that it leads to. */
  readonly id: string;
}

/** An entity by name. */
export interface Reference {
  readonly type: string;
  readonly name: string;
  readonly uid: string;
}

export interface Job extends Reference {
  readonly description: string;
  /** Whether it has a schedule, and whether that is in force. */
  readonly scheduleConfigured: boolean;
  readonly scheduleEnabled: boolean;
}

export interface ObjectInJob {
  readonly id: string;
  /** The machine, or whatever else of the hierarchy it is. */
  readonly ref: string;
}

/** Something that Enterprise Manager was asked to do. */
export interface Task {
  readonly id: string;
  readonly isFinished: boolean;
  /** Undefined while it runs. */
  readonly isSuccessful?: boolean;
  readonly message: string;
  readonly links: readonly Link[];
}

/** A run of a job, or a restore. */
export interface Session {
  readonly id: string;
  readonly state: string;
  /** `Success`, `Warning` or `Failed` once it has ended. */
  readonly result: string;
  readonly percent: number;
}

/** What a run of a job did with one machine. */
export interface TaskSession {
  /** Why it did not succeed, or what is to be said about it. */
  readonly reason: string;
  readonly links: readonly Link[];
}

export interface VmRestorePoint {
  readonly id: string;
  readonly vmName?: string;
  /** The machine of vCenter that it is of. */
  readonly vmRef: string;
  readonly createdAt: Date;
  readonly isFull: boolean;
  /** Whether it belongs to a restore point and to a file: before that nothing can be restored from it. */
  readonly isReady: boolean;
  readonly backupFileId?: string;
}

export interface BackupFile {
  readonly id: string;
  /** The backup that it belongs to. */
  readonly backupId: string;
  readonly backupName: string;
  /** Whether it leads back from the one after it. */
  readonly isReverse: boolean;
  readonly sizeBytes?: number;
}

/** A part of the answer to a query. */
export interface Page<T> {
  readonly items: readonly T[];
  /** How many pages there are in all. */
  readonly pages: number;
}

/** By what a logon session can be closed, where the server tells. */
export interface LogonSession {
  readonly id?: string;
}

export interface HierarchyItem {
  readonly ref: string;
  readonly type: string;
  readonly name: string;
}

export interface Repository extends Reference {
  /** Undefined where the server cannot tell. */
  readonly capacityBytes?: number;
  readonly freeBytes?: number;
}

const referenceOf = (element: XmlElement): Reference => ({
  type: element.findAttribute('Type') ?? '',
  name: element.attribute('Name'),
  uid: element.attribute('UID'),
});

const jobOf = (element: XmlElement): Job => ({
  ...referenceOf(element),
  description: element.textOf('Description') ?? '',
  scheduleConfigured: booleanOf(element, 'ScheduleConfigured'),
  scheduleEnabled: booleanOf(element, 'ScheduleEnabled'),
});

const objectInJobOf = (element: XmlElement): ObjectInJob => ({
  id: element.child('ObjectInJobId').text,
  ref: element.textOf('HierarchyObjRef') ?? '',
});

function taskOf(element: XmlElement): Task {
  const [result] = element.children('Result');
  return {
    id: element.child('TaskId').text,
    isFinished: element.child('State').text === 'Finished',
    ...(result ? { isSuccessful: /^true$/i.test(result.findAttribute('Success') ?? '') } : {}),
    message: result?.textOf('Message') ?? '',
    links: linksOf(element),
  };
}

const sessionOf = (element: XmlElement): Session => ({
  id: idOf(element.attribute('UID')),
  state: element.child('State').text,
  result: element.textOf('Result') ?? '',
  percent: element.textOf('Progress') === undefined ? 0 : numberOf(element, 'Progress'),
});

const taskSessionOf = (element: XmlElement): TaskSession => ({
  reason: element.textOf('Reason') ?? '',
  links: linksOf(element),
});

function restorePointOf(element: XmlElement): VmRestorePoint {
  const up = new Map(linksOf(element).flatMap(({ rel, type, id }) => (rel === 'Up' ? [[type, id]] : [])));
  const backupFileId = up.get('BackupFileReference');
  return {
    id: idOf(element.attribute('UID')),
    ...known('vmName', element.textOf('VmName') ?? element.findAttribute('VmDisplayName')),
    vmRef: element.textOf('HierarchyObjRef') ?? '',
    createdAt: timeOf(element, 'CreationTimeUTC'),
    isFull: element.textOf('PointType') === 'Full',
    isReady: backupFileId !== undefined && up.has('RestorePointReference'),
    ...(backupFileId === undefined ? {} : { backupFileId }),
  };
}

function backupFileOf(element: XmlElement): BackupFile {
  const backup = linksOf(element).find(({ type }) => type === 'BackupReference');
  return {
    id: idOf(element.attribute('UID')),
    backupId: backup?.id ?? '',
    backupName: backup?.name ?? '',
    isReverse: element.textOf('FileType') === 'vrb',
    ...known('sizeBytes', findNumber(element, 'BackupSize')),
  };
}

const hierarchyItemOf = (element: XmlElement): HierarchyItem => ({
  ref: element.child('ObjectRef').text,
  type: element.textOf('ObjectType') ?? '',
  name: element.textOf('ObjectName') ?? '',
});

const repositoryOf = (element: XmlElement): Repository => ({
  ...referenceOf(element),
  ...known('capacityBytes', findNumber(element, 'Capacity')),
  ...known('freeBytes', findNumber(element, 'FreeSpace')),
});

const versionsOf = (element: XmlElement): readonly string[] =>
  element
    .children('SupportedVersions')
    .flatMap((versions) => versions.children('SupportedVersion'))
    .map((version) => version.findAttribute('Name') ?? '');

const logonSessionOf = (element: XmlElement): LogonSession => known('id', element.textOf('SessionId'));

const errorTextOf = (element: XmlElement): string =>
  element.findAttribute('Message') || element.textOf('FirstChanceExceptionMessage') || '';

const kind = <T>(root: string, read: (root: XmlElement) => T): Kind<T> => ({ root, read });

const list = <T>(root: string, name: string, read: (item: XmlElement) => T): Kind<readonly T[]> =>
  kind(root, (element) => element.children(name).map(read));

/** A page of such a list, as the answer to a query. */
const queried = <T>({ root, read }: Kind<readonly T[]>): Kind<Page<T>> =>
  kind('QueryResult', (result) => ({
    items: result.children('Entities').flatMap((entities) => entities.children(root).flatMap(read)),
    pages: pagesOf(result.children('PagingInfo')[0]),
  }));

export const REFERENCES = list('EntityReferences', 'Ref', referenceOf);
export const JOB = kind('Job', jobOf);
export const OBJECTS_IN_JOB = list('ObjectsInJob', 'ObjectInJob', objectInJobOf);
export const TASK = kind('Task', taskOf);
export const BACKUP_SESSION = kind('BackupJobSession', sessionOf);
export const QUERIED_BACKUP_SESSIONS = queried(list('BackupJobSessions', 'BackupJobSession', sessionOf));
export const RESTORE_SESSION = kind('RestoreSession', sessionOf);
export const QUERIED_RESTORE_SESSIONS = queried(list('RestoreSessions', 'RestoreSession', sessionOf));
export const TASK_SESSIONS = list('BackupTaskSessions', 'BackupTaskSession', taskSessionOf);
export const RESTORE_POINT = kind('VmRestorePoint', restorePointOf);
export const RESTORE_POINTS = list('VmRestorePoints', 'VmRestorePoint', restorePointOf);
export const QUERIED_RESTORE_POINTS = queried(RESTORE_POINTS);
export const BACKUP_FILE = kind('BackupFile', backupFileOf);
export const BACKUP_FILES = list('BackupFiles', 'BackupFile', backupFileOf);
export const QUERIED_BACKUP_FILES = queried(BACKUP_FILES);
/** What the runs of jobs have made, of all their machines together. */
export const QUERIED_RUNS = queried(list('RestorePoints', 'RestorePoint', (element) => idOf(element.attribute('UID'))));
export const HIERARCHY_ITEMS = list('HierarchyItems', 'HierarchyItem', hierarchyItemOf);
export const REPOSITORIES = list('Repositories', 'Repository', repositoryOf);
export const VERSIONS = kind('EnterpriseManager', versionsOf);
export const LOGON_SESSION = kind('LogonSession', logonSessionOf);
/** In the server's own words. */
export const ERROR = kind('Error', errorTextOf);

/** The id within a urn such as `urn:veeam:Job:<uuid>`. */
export const idOf = (uid: string): string => uid.slice(uid.lastIndexOf(':') + 1).toLowerCase();

const linksOf = (element: XmlElement): readonly Link[] =>
  element
    .children('Links')
    .flatMap((links) => links.children('Link'))
    .map((link) => ({
      rel: link.findAttribute('Rel') ?? '',
      type: link.findAttribute('Type') ?? '',
      name: link.findAttribute('Name') ?? '',
      id: lastPartOf(link.findAttribute('Href') ?? ''),
    }));

const lastPartOf = (href: string): string => (href.split(/[?#]/, 1)[0] ?? '').split('/').at(-1)?.toLowerCase() ?? '';

/** Nothing, where the server cannot tell: then it leaves the text out, or says -1. */
const known = <K extends string, V extends string | number>(key: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined || value === -1 ? {} : ({ [key]: value } as Record<K, V>);

const booleanOf = (element: XmlElement, name: string): boolean => /^true$/i.test(element.textOf(name) ?? '');

/** Undefined where the server leaves it out. */
const findNumber = (element: XmlElement, name: string): number | undefined =>
  element.textOf(name) === undefined ? undefined : numberOf(element, name);

function numberOf(element: XmlElement, name: string): number {
  const { text } = element.child(name);
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new XmlFault(`a ${element.name} whose ${name} is ${shown(text)}, not a number`);
}

/** One, where the server does not tell. */
function pagesOf(paging: XmlElement | undefined): number {
  const text = paging?.findAttribute('PagesCount') ?? '1';
  if (/^\d+$/.test(text)) return Number(text);
  throw new XmlFault(`a PagingInfo whose PagesCount is ${shown(text)}, not a number`);
}

function timeOf(element: XmlElement, name: string): Date {
  const { text } = element.child(name);
  // All its times are UTC; not every version says so.
  const time = new Date(/(Z|[+-]\d\d:\d\d)$/i.test(text) ? text : `${text}Z`);
  if (!Number.isNaN(time.getTime())) return time;
  throw new XmlFault(`a ${element.name} whose ${name} is ${shown(text)}, not a time`);
}

const shown = (text: string): string => (text === '' ? 'empty' : `"${text.slice(0, 40)}"`);
