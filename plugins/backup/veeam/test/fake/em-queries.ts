import { answer, errorAnswer } from './em-answers.js';
import type { EmApi } from './em-api.js';
import { runIdOf, uidOf } from './em-documents.js';
import { readFilter, type Fields, type Values } from './em-filter.js';
import { element, type Xml } from './em-xml.js';
import type { FakeAnswer, FakeRequest } from './server.js';
import type { FakeSession } from './sessions.js';

const PARAMETERS = ['type', 'format', 'sortAsc', 'sortDesc', 'pageSize', 'page', 'filter'];
const USUAL_PAGE = 100;

/** Something that can be asked for. */
interface Found<F extends Fields> {
  readonly values: Values<F>;
  /** Whether it is to be seen already, when it is asked for now. */
  isShown?(): boolean;
  show(): Xml;
}

/** What can be asked for, and all that there is of it. */
interface QueryType {
  readonly fields: Fields;
  find(api: EmApi): readonly Found<Fields>[];
}

const queryType = <F extends Fields>(fields: F, find: (api: EmApi) => readonly Found<F>[]): QueryType => ({ fields, find });

const sessionsOf = (kind: FakeSession['kind']) => (api: EmApi) =>
  api.estate.sessions.all
    .filter((session) => session.kind === kind)
    .map((session) => ({
      values: {
        ...{ jobuid: uidOf('Job', session.jobId ?? ''), vmdisplayname: session.name },
        ...{ creationtime: session.createdAt.toISOString(), state: session.state },
      },
      isShown: () => api.isShown(session),
      show: () => api.documents.sessionItem(session),
    }));

/** The restore points, each with its backup and what a query finds it by. */
function pointsOf({ estate }: EmApi) {
  const backups = new Map(estate.backups.map((backup) => [backup.id, backup]));
  return estate.restorePoints.flatMap((point) => {
    const backup = backups.get(point.backupId);
    const time = point.createdAt.toISOString();
    return backup ? [{ point, backup, time, values: { backupuid: uidOf('Backup', backup.id), backupname: backup.name } }] : [];
  });
}

const TYPES: Readonly<Record<string, QueryType>> = {
  BackupJobSession: queryType({ jobuid: 'uid', creationtime: 'time', state: 'text' }, sessionsOf('Job')),
  RestoreSession: queryType({ vmdisplayname: 'text', creationtime: 'time', state: 'text' }, sessionsOf('RestoreVm')),
  // What one run has made of all its machines.
  RestorePoint: queryType({ uid: 'uid', backupuid: 'uid', backupname: 'text', creationtime: 'time' }, (api) => {
    const runs = new Map(pointsOf(api).map((each) => [uidOf('RestorePoint', runIdOf(each.point)), each]));
    return [...runs].map(([uid, { time, values }]) => ({
      values: { ...values, uid, creationtime: time },
      show: () => element('RestorePoint', { Type: 'RestorePoint', UID: uid }),
    }));
  }),
  VmRestorePoint: queryType({ uid: 'uid', restorepointid: 'uid', vmdisplayname: 'text', creationtime: 'time' }, (api) =>
    pointsOf(api).map(({ point, time }) => ({
      values: {
        ...{ uid: uidOf('VmRestorePoint', point.id), vmdisplayname: point.machine.name, creationtime: time },
        restorepointid: api.dialect.comparesUrns ? uidOf('RestorePoint', runIdOf(point)) : runIdOf(point),
      },
      show: () => element('VmRestorePoint', ...api.documents.point(point, api.isReady(point))),
    })),
  ),
  BackupFile: queryType({ uid: 'uid', backupuid: 'uid', backupname: 'text', creationtimeutc: 'time' }, (api) =>
    pointsOf(api).map(({ point, backup, time, values }) => ({
      values: { ...values, uid: uidOf('BackupFile', point.id), creationtimeutc: time },
      show: () => element('BackupFile', ...api.documents.file(point, backup)),
    })),
  ),
};

/** A page of what is asked for. */
export function queryOf(api: EmApi, { query }: FakeRequest): FakeAnswer {
  const [typeName, order] = [query.get('type') ?? '', query.get('sortAsc') ?? query.get('sortDesc') ?? ''];
  const isAnswered = typeName.endsWith('Session') || api.dialect.queriesPoints;
  const type = isAnswered && Object.hasOwn(TYPES, typeName) ? TYPES[typeName] : undefined;
  const filter = type && readFilter(query.get('filter') ?? '', type.fields);
  const isPlain = [...query.keys()].every((name) => PARAMETERS.includes(name)) && query.get('format') === 'Entities';
  if (!type || !filter || !isPlain || !Object.hasOwn(type.fields, order.toLowerCase()))
    return errorAnswer(400, `The query is not understood: ${query.toString()}.`);
  const asked = type.find(api).filter(({ values, isShown }) => filter(values) && isShown?.() !== false);
  const by = (found: Found<Fields>) => found.values[order.toLowerCase()] ?? '';
  const ascending = asked.sort((a, b) => (by(a) < by(b) ? -1 : Number(by(a) > by(b))));
  return pageOf(api, typeName, query.has('sortDesc') ? ascending.reverse() : ascending, query);
}

function pageOf({ dialect }: EmApi, typeName: string, found: readonly Found<Fields>[], query: URLSearchParams): FakeAnswer {
  const size = Math.min(Number(query.get('pageSize') ?? USUAL_PAGE), dialect.longestPage);
  const number = Number(query.get('page') ?? 1);
  const items = found.slice((number - 1) * size, number * size).map((each) => each.show());
  const pages = String(Math.ceil(found.length / size));
  const paging = element('PagingInfo', { PagesCount: pages, PageSize: String(size), PageNum: String(number) });
  return answer(200, 'QueryResult', {}, element('Entities', {}, element(`${typeName}s`, {}, items)), paging);
}
