import * as kinds from '../em/entities.js';
import { parseXml, XmlFault } from '../em/xml.js';

const HREF = 'https://em.example:9398/api';
const ID = 'f6d504cf-eafe-4cd2-8dfc-e9cfe2f1e977';

const read = async <T>({ root, read: reading }: kinds.Kind<T>, text: string): Promise<T> => reading(await parseXml(text, root));

const link = (rel: string, type: string, path: string, name = '') =>
  `<Link Href="${HREF}/${path}" Name="${name}" Type="${type}" Rel="${rel}"/>`;

const point = (links: string, more = '<CreationTimeUTC>2023-11-03T16:26:12.209913</CreationTimeUTC>') =>
  `<VmRestorePoint Href="${HREF}/vmRestorePoints/${ID}?format=Entity" Type="VmRestorePoint" Name="web@2023-11-03" ` +
  `UID="urn:veeam:VmRestorePoint:${ID}" VmDisplayName="web"><Links>${links}</Links>${more}</VmRestorePoint>`;

const READY = link('Up', 'RestorePointReference', 'restorePoints/R1') + link('Up', 'BackupFileReference', 'backupFiles/F1', 'web.vbk');

test('reads references', async () => {
  const list = `<EntityReferences><Ref UID="urn:veeam:Job:${ID}" Name="Daily" Href="x" Type="JobReference"/></EntityReferences>`;
  expect(await read(kinds.REFERENCES, list)).toEqual([{ uid: `urn:veeam:Job:${ID}`, name: 'Daily', type: 'JobReference' }]);
  expect(await read(kinds.REFERENCES, '<EntityReferences/>')).toEqual([]);
});

test('reads a job with its schedule, and one that says nothing of it', async () => {
  const attributes = `UID="urn:veeam:Job:${ID}" Name="Daily" Type="Job"`;
  const schedule = '<ScheduleConfigured>True</ScheduleConfigured><ScheduleEnabled>false</ScheduleEnabled>';
  const full = `<Job ${attributes}><Description>at night</Description>${schedule}</Job>`;
  expect(await read(kinds.JOB, full)).toMatchObject({ description: 'at night', scheduleConfigured: true, scheduleEnabled: false });
  expect(await read(kinds.JOB, `<Job ${attributes}/>`)).toMatchObject({ name: 'Daily', scheduleConfigured: false });
});

test('reads the objects of a job', async () => {
  const object = '<ObjectInJob><ObjectInJobId>o1</ObjectInJobId><HierarchyObjRef>urn:VMware:Vm:r.vm-1</HierarchyObjRef></ObjectInJob>';
  expect(await read(kinds.OBJECTS_IN_JOB, `<ObjectsInJob>${object}</ObjectsInJob>`)).toEqual([{ id: 'o1', ref: 'urn:VMware:Vm:r.vm-1' }]);
});

test.each([
  ['running', '<State>Running</State>', { isFinished: false, message: '' }],
  [
    'done but not recorded yet',
    '<State>OperationFinished</State><Result Success="true"><Message>x</Message></Result>',
    { isFinished: false },
  ],
  [
    'refused',
    '<State>Finished</State><Result Success="false"><Message>No.</Message></Result>',
    { isFinished: true, isSuccessful: false, message: 'No.' },
  ],
  ['done', '<State>Finished</State><Result Success="True"><Message>Ok</Message></Result>', { isFinished: true, isSuccessful: true }],
])('reads a task that is %s', async (_what, content, expected) => {
  const links = `<Links>${link('Related', 'RestoreSession', `restoreSessions/${ID}?format=Entity`)}</Links>`;
  const task = await read(kinds.TASK, `<Task Type="Task">${links}<TaskId>task-1</TaskId>${content}</Task>`);
  expect(task).toMatchObject({ id: 'task-1', ...expected, links: [{ rel: 'Related', type: 'RestoreSession', id: ID }] });
});

test('reads sessions, alone and as the answer to a query', async () => {
  const content = '<State>Stopped</State><Result>Warning</Result><Progress>99.5</Progress>';
  const session = (name: string) => `<${name} UID="urn:veeam:${name}:${ID.toUpperCase()}">${content}</${name}>`;
  const queried = (name: string) => `<QueryResult><Entities><${name}s>${session(name)}</${name}s></Entities><PagingInfo/></QueryResult>`;
  const expected = { id: ID, state: 'Stopped', result: 'Warning', percent: 99.5 };
  expect(await read(kinds.BACKUP_SESSION, session('BackupJobSession'))).toEqual(expected);
  expect(await read(kinds.RESTORE_SESSION, session('RestoreSession'))).toEqual(expected);
  expect(await read(kinds.QUERIED_BACKUP_SESSIONS, queried('BackupJobSession'))).toEqual({ items: [expected], pages: 1 });
  expect(await read(kinds.QUERIED_RESTORE_SESSIONS, queried('RestoreSession'))).toMatchObject({ items: [expected] });
  expect(await read(kinds.QUERIED_RESTORE_SESSIONS, '<QueryResult><Entities/><PagingInfo PagesCount="0"/></QueryResult>')).toEqual({
    items: [],
    pages: 0,
  });
});

test('reads a restore point that a server describes with more than it is known for', async () => {
  const strange = '<SqlInfo UseSql="true"><Databases><Db Name="x"/></Databases></SqlInfo><Future/>';
  const time = '<CreationTimeUTC>2023-11-03T16:26:12.209913Z</CreationTimeUTC><PointType>Full</PointType>';
  expect(await read(kinds.RESTORE_POINTS, `<VmRestorePoints>${point(READY, strange + time)}</VmRestorePoints>`)).toEqual([
    { id: ID, vmName: 'web', vmRef: '', createdAt: new Date('2023-11-03T16:26:12.209Z'), isFull: true, isReady: true, backupFileId: 'f1' },
  ]);
});

test.each(['2023-11-03T16:26:12', '2023-11-03T16:26:12Z', '2023-11-03T18:26:12.0000000+02:00'])(
  'takes the time %s for UTC',
  async (text) => {
    const { createdAt } = await read(kinds.RESTORE_POINT, point(READY, `<CreationTimeUTC>${text}</CreationTimeUTC>`));
    expect(createdAt).toEqual(new Date('2023-11-03T16:26:12Z'));
  },
);

test.each([
  ['no links', '', false],
  ['no file', link('Up', 'RestorePointReference', 'restorePoints/1'), false],
  ['no restore point', link('Up', 'BackupFileReference', 'backupFiles/1'), false],
  ['a file that is only related', link('Up', 'RestorePointReference', 'r/1') + link('Related', 'BackupFileReference', 'f/1'), false],
  ['both above it', READY, true],
])('takes a restore point with %s for ready: %s', async (_what, links, isReady) => {
  expect((await read(kinds.RESTORE_POINT, point(links))).isReady).toBe(isReady);
});

test('reads the sizes of files and the backups that they belong to', async () => {
  const content = `<Links>${link('Up', 'BackupReference', 'backups/b', 'Daily - web')}</Links><BackupSize>5</BackupSize><DataSize>7</DataSize>`;
  const list = `<BackupFiles><BackupFile UID="urn:veeam:BackupFile:F1">${content}</BackupFile></BackupFiles>`;
  expect(await read(kinds.BACKUP_FILES, list)).toMatchObject([
    { id: 'f1', backupId: 'b', backupName: 'Daily - web', sizeBytes: 5, isReverse: false },
  ]);
});

test('reads what a run did with each machine', async () => {
  const links = `<Links>${link('Related', 'VmRestorePoint', `vmRestorePoints/${ID}?format=Entity`)}</Links>`;
  const session = `<BackupTaskSession VmDisplayName="web">${links}<Result>Failed</Result><Reason>Disk full.</Reason></BackupTaskSession>`;
  expect(await read(kinds.TASK_SESSIONS, `<BackupTaskSessions>${session}<BackupTaskSession/></BackupTaskSessions>`)).toEqual([
    { reason: 'Disk full.', links: [{ rel: 'Related', type: 'VmRestorePoint', name: '', id: ID }] },
    { reason: '', links: [] },
  ]);
});

test('reads objects of the hierarchy', async () => {
  const item =
    '<HierarchyItem><ObjectRef>urn:VMware:Vm:r.vm-1</ObjectRef><ObjectType>Vm</ObjectType><ObjectName>web</ObjectName></HierarchyItem>';
  expect(await read(kinds.HIERARCHY_ITEMS, `<HierarchyItems>${item}</HierarchyItems>`)).toEqual([
    { ref: 'urn:VMware:Vm:r.vm-1', type: 'Vm', name: 'web' },
  ]);
});

test('reads repositories, and that the room of some is not known', async () => {
  const repository = (bytes: number) =>
    `<Repository UID="u" Name="n"><Capacity>${bytes}</Capacity><FreeSpace>${bytes}</FreeSpace></Repository>`;
  const [known, unknown] = await read(kinds.REPOSITORIES, `<Repositories>${repository(7)}${repository(-1)}</Repositories>`);
  expect(known).toMatchObject({ capacityBytes: 7, freeBytes: 7 });
  expect(unknown).toEqual({ uid: 'u', name: 'n', type: '' });
});

test('reads by what a logon session can be closed, if the server tells', async () => {
  expect(await read(kinds.LOGON_SESSION, `<LogonSession><SessionId>${ID}</SessionId></LogonSession>`)).toEqual({ id: ID });
  expect(await read(kinds.LOGON_SESSION, '<LogonSession/>')).toEqual({});
});

test('does without sizes that the server leaves out, which may be of what is none of our business', async () => {
  expect(await read(kinds.BACKUP_FILES, '<BackupFiles><BackupFile UID="u"/></BackupFiles>')).toEqual([
    { id: 'u', backupId: '', backupName: '', isReverse: false },
  ]);
  const repositories = '<Repositories><Repository Name="r" UID="u" Type="Repository"/></Repositories>';
  expect(await read(kinds.REPOSITORIES, repositories)).toEqual([{ name: 'r', uid: 'u', type: 'Repository' }]);
});

test('reads what the server says of a failure', async () => {
  expect(await read(kinds.ERROR, '<Error Message="No." StatusCode="500"/>')).toBe('No.');
  expect(await read(kinds.ERROR, '<Error><FirstChanceExceptionMessage>Why.</FirstChanceExceptionMessage></Error>')).toBe('Why.');
});

test.each<[string, kinds.Kind<unknown>, string]>([
  ['a restore point without a name', kinds.RESTORE_POINTS, '<VmRestorePoints><VmRestorePoint/></VmRestorePoints>'],
  ['a restore point of no time', kinds.RESTORE_POINT, point(READY, '<CreationTimeUTC>soon</CreationTimeUTC>')],
  ['a file without a name', kinds.BACKUP_FILES, '<BackupFiles><BackupFile/></BackupFiles>'],
  ['a file of no size', kinds.BACKUP_FILES, '<BackupFiles><BackupFile UID="u"><BackupSize>big</BackupSize></BackupFile></BackupFiles>'],
  ['a reference to nothing', kinds.REFERENCES, '<EntityReferences><Ref Name="a"/></EntityReferences>'],
  ['an answer of many pages', kinds.QUERIED_RESTORE_POINTS, '<QueryResult><PagingInfo PagesCount="many"/></QueryResult>'],
  ['a task without a state', kinds.TASK, '<Task><TaskId>1</TaskId></Task>'],
])('refuses %s, and with it the list', async (_what, kind, text) => {
  await expect(read(kind, text)).rejects.toThrow(XmlFault);
});
