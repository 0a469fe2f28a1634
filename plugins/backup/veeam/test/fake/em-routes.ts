import { answer, listOf } from './em-answers.js';
import type { EmApi, Handler, Route } from './em-api.js';
import { pointsMadeBy, ROOT_ID, uidOf } from './em-documents.js';
import { queryOf } from './em-queries.js';
import { element, field } from './em-xml.js';
import { VCENTER, type FakeRestorePoint } from './estate.js';
import type { FakeAnswer, FakeRequest } from './server.js';
import type { FakeSession } from './sessions.js';

function sessionAt(kind: FakeSession['kind'], root: string): Handler {
  return ({ estate, documents }, _request, id = '') => {
    const session = estate.sessions.find(id);
    return session?.kind === kind ? answer(200, root, ...documents.session(session)) : undefined;
  };
}

function taskSessions({ estate, documents }: EmApi, _request: FakeRequest, id = ''): FakeAnswer | undefined {
  const session = estate.sessions.find(id);
  if (session?.kind !== 'Job') return undefined;
  const made = pointsMadeBy(estate, session);
  const parts = made.map((point) => documents.taskSession(session, point.machine.name, point));
  return listOf('BackupTaskSessions', parts.length > 0 ? parts : [documents.taskSession(session, 'machine', undefined)]);
}

function restore(api: EmApi, _request: FakeRequest, id?: string): FakeAnswer | undefined {
  const point = api.estate.restorePoints.find((each) => each.id === id);
  return (
    point && api.begin('StartVMRestore', () => ({ type: 'RestoreSession', path: `restoreSessions/${api.estate.startRestore(point).id}` }))
  );
}

function lookUp({ estate }: EmApi, { query }: FakeRequest): FakeAnswer | undefined {
  if (query.get('host') !== uidOf('HierarchyRoot', ROOT_ID)) return undefined;
  // Names that begin alike are found too, and with an asterisk all.
  const found = estate.machines.filter(({ name }) => name.startsWith((query.get('name') ?? '').replace('*', '')));
  const item = ({ name, moref }: { readonly name: string; readonly moref: string }) =>
    element(
      'HierarchyItem',
      {},
      field('ObjectRef', `urn:VMware:Vm:${ROOT_ID}.${moref}`),
      field('ObjectType', 'Vm'),
      field('ObjectName', name),
    );
  return listOf('HierarchyItems', found.map(item));
}

const backupOf = ({ estate }: EmApi, { backupId }: FakeRestorePoint) => {
  const backup = estate.backups.find(({ id }) => id === backupId);
  if (!backup) throw new Error(`there is no backup ${backupId}`);
  return backup;
};

const pointAt = ({ estate }: EmApi, id = ''): FakeRestorePoint | undefined => estate.restorePoints.find((point) => point.id === id);

/** Everything but jobs. */
export const ROUTES: readonly Route[] = [
  [/^DELETE logonSessions\/(.+)$/, (api, { headers }) => (api.logons.delete(headers['x-restsvcsessionid'] ?? ''), { status: 204 })],
  [
    /^GET hierarchyRoots$/,
    ({ documents }) =>
      listOf('EntityReferences', [
        documents.reference('HierarchyRoot', `hierarchyRoots/${ROOT_ID}`, VCENTER, uidOf('HierarchyRoot', ROOT_ID)),
      ]),
  ],
  [/^GET lookup$/, lookUp],
  [
    /^GET repositories$/,
    ({ estate, documents }) =>
      listOf(
        'Repositories',
        estate.repositories.map((each) => documents.repository(each)),
      ),
  ],
  [
    /^GET tasks\/(.+)$/,
    (api, _request, id = '') => {
      const task = api.task(id);
      return task && answer(200, 'Task', ...api.documents.task(task));
    },
  ],
  [/^GET query$/, queryOf],
  [/^GET backupSessions\/([^/]+)$/, sessionAt('Job', 'BackupJobSession')],
  [/^GET backupSessions\/([^/]+)\/taskSessions$/, taskSessions],
  [/^POST backupSessions\/([^/]+)$/, (api, _request, id = '') => api.begin('StopJobSession', () => api.estate.sessions.stop(id))],
  [/^GET restoreSessions\/([^/]+)$/, sessionAt('RestoreVm', 'RestoreSession')],
  [
    /^GET vmRestorePoints$/,
    (api) =>
      listOf(
        'VmRestorePoints',
        api.estate.restorePoints.map((point) => element('VmRestorePoint', ...api.documents.point(point, api.isReady(point)))),
      ),
  ],
  [
    /^GET vmRestorePoints\/([^/]+)$/,
    (api, _request, id) => {
      const point = pointAt(api, id);
      return point && answer(200, 'VmRestorePoint', ...api.documents.point(point, api.isReady(point)));
    },
  ],
  [/^POST vmRestorePoints\/([^/]+)$/, restore],
  [
    /^GET backupFiles$/,
    (api) =>
      listOf(
        'BackupFiles',
        api.estate.restorePoints.map((point) => element('BackupFile', ...api.documents.file(point, backupOf(api, point)))),
      ),
  ],
  [
    /^GET backupFiles\/([^/]+)$/,
    (api, _request, id) => {
      const point = pointAt(api, id);
      return point && answer(200, 'BackupFile', ...api.documents.file(point, backupOf(api, point)));
    },
  ],
];
