import * as read from '../em/entities.js';
import { parseXml, XmlFault } from '../em/xml.js';

const HREF = 'https://em.example:9398/api';
const ID = 'f6d504cf-eafe-4cd2-8dfc-e9cfe2f1e977';

const element = (text: string) => parseXml(text, ...(/<(\w+)[\s/>]/.exec(text) ?? []).slice(1));

const link = (rel: string, type: string, path: string, name = '') =>
  `<Link Href="${HREF}/${path}" Name="${name}" Type="${type}" Rel="${rel}"/>`;

const point = (links: string, more = '<CreationTimeUTC>2023-11-03T16:26:12.209913</CreationTimeUTC>') =>
  `<VmRestorePoint Href="${HREF}/vmRestorePoints/${ID}?format=Entity" Type="VmRestorePoint" Name="web@2023-11-03" ` +
  `UID="urn:veeam:VmRestorePoint:${ID}" VmDisplayName="web"><Links>${links}</Links>${more}</VmRestorePoint>`;

const READY = link('Up', 'RestorePointReference', 'restorePoints/R1') + link('Up', 'BackupFileReference', 'backupFiles/F1', 'web.vbk');

test('reads references', async () => {
  const list = await element(
    `<EntityReferences><Ref UID="urn:veeam:Job:${ID}" Name="Daily" Href="x" Type="JobReference"/></EntityReferences>`,
  );
  expect(read.referencesOf(list)).toEqual([{ uid: `urn:veeam:Job:${ID}`, name: 'Daily', type: 'JobReference' }]);
});

test('reads a job with its schedule, and one that says nothing of it', async () => {
  const attributes = `UID="urn:veeam:Job:${ID}" Name="Daily" Type="Job"`;
  const full = `<Job ${attributes}><Description>at night</Description><ScheduleConfigured>True</ScheduleConfigured><ScheduleEnabled>false</ScheduleEnabled></Job>`;
  expect(read.jobOf(await element(full))).toMatchObject({ description: 'at night', scheduleConfigured: true, scheduleEnabled: false });
  expect(read.jobOf(await element(`<Job ${attributes}/>`))).toMatchObject({ name: 'Daily', scheduleConfigured: false });
});

test('reads the machines of a job', async () => {
  const object =
    '<ObjectInJob><ObjectInJobId>o1</ObjectInJobId><HierarchyObjRef>urn:VMware:Vm:r.vm-1</HierarchyObjRef><Name>web</Name></ObjectInJob>';
  const list = await element(`<ObjectsInJob>${object}</ObjectsInJob>`);
  expect(read.objectsInJobOf(list)).toEqual([{ id: 'o1', vmRef: 'urn:VMware:Vm:r.vm-1', name: 'web' }]);
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
  const task = read.taskOf(await element(`<Task Type="Task">${links}<TaskId>task-1</TaskId>${content}</Task>`));
  expect(task).toMatchObject({ id: 'task-1', ...expected, links: [{ rel: 'Related', type: 'RestoreSession', id: ID }] });
});

test.each(['BackupJobSession', 'RestoreSession'])('reads a %s with its times in UTC', async (name) => {
  const content =
    '<State>Stopped</State><Result>Warning</Result><Progress>99.5</Progress><CreationTimeUTC>2026-01-02T03:04:05</CreationTimeUTC>';
  const session = read.sessionOf(await element(`<${name} UID="urn:veeam:${name}:${ID}">${content}</${name}>`));
  expect(session).toMatchObject({ state: 'Stopped', result: 'Warning', percent: 99.5, startedAt: new Date('2026-01-02T03:04:05Z') });
});

test('reads a restore point that a server describes with more than it is known for', async () => {
  const strange = '<SqlInfo UseSql="true"><Databases><Db Name="x"/></Databases></SqlInfo><Future/>';
  const time = '<CreationTimeUTC>2023-11-03T16:26:12.209913Z</CreationTimeUTC><PointType>Full</PointType>';
  const list = await element(
    `<VmRestorePoints>${point(READY, `${strange}${time}<HierarchyObjRef>urn:VMware:Vm:r.vm-1</HierarchyObjRef>`)}</VmRestorePoints>`,
  );
  expect(read.restorePointsOf(list)).toEqual([
    {
      uid: `urn:veeam:VmRestorePoint:${ID}`,
      vmName: 'web',
      vmRef: 'urn:VMware:Vm:r.vm-1',
      createdAt: new Date('2023-11-03T16:26:12.209Z'),
      isFull: true,
      isReady: true,
      backupFileId: 'f1',
    },
  ]);
});

test.each([
  ['no links', '', false],
  ['no file', link('Up', 'RestorePointReference', 'restorePoints/1'), false],
  ['no restore point', link('Up', 'BackupFileReference', 'backupFiles/1'), false],
  ['a file that is only related', link('Up', 'RestorePointReference', 'r/1') + link('Related', 'BackupFileReference', 'f/1'), false],
  ['both above it', READY, true],
])('takes a restore point with %s for ready: %s', async (_what, links, isReady) => {
  expect(read.restorePointOf(await element(point(links))).isReady).toBe(isReady);
});

test('reads the sizes of files and the backups that they belong to', async () => {
  const content = `<Links>${link('Up', 'BackupReference', 'backups/b', 'Daily - web')}</Links><BackupSize>5</BackupSize><DataSize>7</DataSize>`;
  const list = await element(`<BackupFiles><BackupFile UID="urn:veeam:BackupFile:F1">${content}</BackupFile></BackupFiles>`);
  expect(read.backupFilesOf(list)).toEqual([{ id: 'f1', backupName: 'Daily - web', sizeBytes: 5, dataBytes: 7 }]);
});

test('reads what a run did with each machine', async () => {
  const list = await element(
    '<BackupTaskSessions><BackupTaskSession VmDisplayName="web"><Result>Failed</Result><Reason>Disk full.</Reason></BackupTaskSession></BackupTaskSessions>',
  );
  expect(read.taskSessionsOf(list)).toEqual([{ vmName: 'web', result: 'Failed', reason: 'Disk full.' }]);
});

test('reads objects of the hierarchy', async () => {
  const item =
    '<HierarchyItem><ObjectRef>urn:VMware:Vm:r.vm-1</ObjectRef><ObjectType>Vm</ObjectType><ObjectName>web</ObjectName></HierarchyItem>';
  expect(read.hierarchyItemsOf(await element(`<HierarchyItems>${item}</HierarchyItems>`))).toEqual([
    { ref: 'urn:VMware:Vm:r.vm-1', type: 'Vm', name: 'web' },
  ]);
});

test('reads repositories, and that the room of some is not known', async () => {
  const repository = (bytes: number) =>
    `<Repository UID="u" Name="n"><Capacity>${bytes}</Capacity><FreeSpace>${bytes}</FreeSpace></Repository>`;
  const [known, unknown] = read.repositoriesOf(await element(`<Repositories>${repository(7)}${repository(-1)}</Repositories>`));
  expect(known).toMatchObject({ capacityBytes: 7, freeBytes: 7 });
  expect(unknown).toEqual({ uid: 'u', name: 'n', type: '' });
});

test('reads what the server says of a failure', async () => {
  expect(read.errorTextOf(await element('<Error Message="No." StatusCode="500"/>'))).toBe('No.');
  expect(read.errorTextOf(await element('<Error><FirstChanceExceptionMessage>Why.</FirstChanceExceptionMessage></Error>'))).toBe('Why.');
});

test.each<[string, string, (list: Awaited<ReturnType<typeof element>>) => unknown]>([
  ['a restore point without a name', '<VmRestorePoints><VmRestorePoint/></VmRestorePoints>', read.restorePointsOf],
  [
    'a restore point of no time',
    `<VmRestorePoints>${point(READY, '<CreationTimeUTC>soon</CreationTimeUTC>')}</VmRestorePoints>`,
    read.restorePointsOf,
  ],
  ['a file without a size', '<BackupFiles><BackupFile UID="u"/></BackupFiles>', read.backupFilesOf],
  ['a file of no size', '<BackupFiles><BackupFile UID="u"><BackupSize>big</BackupSize></BackupFile></BackupFiles>', read.backupFilesOf],
  ['a reference to nothing', '<EntityReferences><Ref Name="a"/></EntityReferences>', read.referencesOf],
  ['a task without a state', '<Task><TaskId>1</TaskId></Task>', read.taskOf],
])('refuses %s, and with it the list', async (_what, text, reading) => {
  const list = await element(text);
  expect(() => reading(list)).toThrow(XmlFault);
});
