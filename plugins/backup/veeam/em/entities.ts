import { XmlFault, type XmlElement } from './xml.js';

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
  readonly vmRef: string;
  readonly name: string;
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
  readonly uid: string;
  readonly state: string;
  /** `Success`, `Warning` or `Failed` once it has ended. */
  readonly result: string;
  readonly percent: number;
  readonly startedAt: Date;
  readonly links: readonly Link[];
}

/** What a run of a job did with one machine. */
export interface TaskSession {
  readonly vmName: string;
  readonly result: string;
  /** Why it did not succeed, or what is to be said about it. */
  readonly reason: string;
}

export interface VmRestorePoint {
  readonly uid: string;
  readonly vmName: string;
  readonly vmRef: string;
  readonly createdAt: Date;
  readonly isFull: boolean;
  /** Whether it belongs to a restore point and to a file: before that nothing can be restored from it. */
  readonly isReady: boolean;
  readonly backupFileId?: string;
}

export interface BackupFile {
  readonly id: string;
  /** The name of the backup that it belongs to. */
  readonly backupName: string;
  readonly sizeBytes: number;
  readonly dataBytes: number;
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

/** The references of an `EntityReferences`. */
export const referencesOf = (list: XmlElement): readonly Reference[] => list.children('Ref').map(referenceOf);

export const referenceOf = (element: XmlElement): Reference => ({
  type: element.findAttribute('Type') ?? '',
  name: element.attribute('Name'),
  uid: element.attribute('UID'),
});

/** The job of a `Job`. */
export const jobOf = (element: XmlElement): Job => ({
  ...referenceOf(element),
  description: element.textOf('Description') ?? '',
  scheduleConfigured: booleanOf(element, 'ScheduleConfigured'),
  scheduleEnabled: booleanOf(element, 'ScheduleEnabled'),
});

/** The machines of an `ObjectsInJob`. */
export const objectsInJobOf = (list: XmlElement): readonly ObjectInJob[] =>
  list.children('ObjectInJob').map((element) => ({
    id: element.child('ObjectInJobId').text,
    vmRef: element.textOf('HierarchyObjRef') ?? '',
    name: element.textOf('Name') ?? '',
  }));

/** The task of a `Task`. */
export function taskOf(element: XmlElement): Task {
  const [result] = element.children('Result');
  return {
    id: element.child('TaskId').text,
    isFinished: element.child('State').text === 'Finished',
    ...(result ? { isSuccessful: /^true$/i.test(result.findAttribute('Success') ?? '') } : {}),
    message: result?.textOf('Message') ?? '',
    links: linksOf(element),
  };
}

/** The session of a `BackupJobSession` or a `RestoreSession`. */
export const sessionOf = (element: XmlElement): Session => ({
  uid: element.attribute('UID'),
  state: element.child('State').text,
  result: element.textOf('Result') ?? '',
  percent: element.textOf('Progress') === undefined ? 0 : numberOf(element, 'Progress'),
  startedAt: timeOf(element, 'CreationTimeUTC'),
  links: linksOf(element),
});

/** The parts of a `BackupTaskSessions`. */
export const taskSessionsOf = (list: XmlElement): readonly TaskSession[] =>
  list.children('BackupTaskSession').map((element) => ({
    vmName: element.findAttribute('VmDisplayName') ?? '',
    result: element.textOf('Result') ?? '',
    reason: element.textOf('Reason') ?? '',
  }));

/** The restore points of a `VmRestorePoints`. */
export const restorePointsOf = (list: XmlElement): readonly VmRestorePoint[] => list.children('VmRestorePoint').map(restorePointOf);

export function restorePointOf(element: XmlElement): VmRestorePoint {
  const up = new Map(linksOf(element).flatMap(({ rel, type, id }) => (rel === 'Up' ? [[type, id]] : [])));
  const backupFileId = up.get('BackupFileReference');
  return {
    uid: element.attribute('UID'),
    vmName: element.textOf('VmName') ?? element.findAttribute('VmDisplayName') ?? '',
    vmRef: element.textOf('HierarchyObjRef') ?? '',
    createdAt: timeOf(element, 'CreationTimeUTC'),
    isFull: element.textOf('PointType') === 'Full',
    isReady: backupFileId !== undefined && up.has('RestorePointReference'),
    ...(backupFileId === undefined ? {} : { backupFileId }),
  };
}

/** The files of a `BackupFiles`. */
export const backupFilesOf = (list: XmlElement): readonly BackupFile[] =>
  list.children('BackupFile').map((element) => ({
    id: idOf(element.attribute('UID')),
    backupName: linksOf(element).find(({ type }) => type === 'BackupReference')?.name ?? '',
    sizeBytes: numberOf(element, 'BackupSize'),
    dataBytes: numberOf(element, 'DataSize'),
  }));

/** The objects of a `HierarchyItems`. */
export const hierarchyItemsOf = (list: XmlElement): readonly HierarchyItem[] =>
  list.children('HierarchyItem').map((element) => ({
    ref: element.child('ObjectRef').text,
    type: element.textOf('ObjectType') ?? '',
    name: element.textOf('ObjectName') ?? '',
  }));

/** The repositories of a `Repositories`. */
export const repositoriesOf = (list: XmlElement): readonly Repository[] =>
  list.children('Repository').map((element) => ({
    ...referenceOf(element),
    ...known('capacityBytes', numberOf(element, 'Capacity')),
    ...known('freeBytes', numberOf(element, 'FreeSpace')),
  }));

/** What the server says of a failure in an `Error`. */
export const errorTextOf = (element: XmlElement): string =>
  element.findAttribute('Message') || element.textOf('FirstChanceExceptionMessage') || '';

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

// Where a number is not known the server says -1.
const known = <K extends string>(key: K, value: number): Partial<Record<K, number>> =>
  value < 0 ? {} : ({ [key]: value } as Record<K, number>);

const booleanOf = (element: XmlElement, name: string): boolean => /^true$/i.test(element.textOf(name) ?? '');

function numberOf(element: XmlElement, name: string): number {
  const { text } = element.child(name);
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new XmlFault(`a ${element.name} whose ${name} is ${shown(text)}, not a number`);
}

function timeOf(element: XmlElement, name: string): Date {
  const { text } = element.child(name);
  // All its times are UTC; not every version says so.
  const time = new Date(/(Z|[+-]\d\d:\d\d)$/i.test(text) ? text : `${text}Z`);
  if (!Number.isNaN(time.getTime())) return time;
  throw new XmlFault(`a ${element.name} whose ${name} is ${shown(text)}, not a time`);
}

const shown = (text: string): string => (text === '' ? 'empty' : `"${text.slice(0, 40)}"`);
