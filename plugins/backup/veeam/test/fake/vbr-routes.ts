import { VCENTER, type Estate, type FakeJob, type FakeRestorePoint } from './estate.js';
import type { FakeRequest } from './server.js';
import type { FakeSession } from './sessions.js';
import { answer, failure, type Route } from './vbr-api.js';
import { placesOf, type VbrDoubts, type VbrFacts } from './vbr-facts.js';
import { restoreRoutes } from './vbr-restores.js';

const ID = '([^/]+)';

/** Every path of the API, at one revision. */
export function routesOf(estate: Estate, facts: VbrFacts, doubts: VbrDoubts): readonly Route[] {
  const show = new Shown(estate, facts, doubts);
  return [
    ...infrastructure(estate, show),
    ...jobs(estate, facts, show),
    ...sessions(estate, show),
    ...backups(estate, facts, doubts, show),
    ...restoreRoutes(estate, facts, show),
  ];
}

/** How the API shows things. */
export class Shown {
  constructor(
    private readonly estate: Estate,
    private readonly facts: VbrFacts,
    private readonly doubts: VbrDoubts,
  ) {}

  page(items: readonly Record<string, unknown>[], { query }: FakeRequest) {
    const [skip, limit] = [Number(query.get('skip') ?? 0), Math.min(Number(query.get('limit') ?? 200), this.doubts.longestPage)];
    const shown = items.slice(skip, skip + limit);
    const data = this.doubts.hasUnknownFields ? shown.map((item) => ({ ...item, sqlInfo: { since: 13 } })) : shown;
    return answer(200, { data, pagination: { total: items.length, count: data.length, skip, limit } });
  }

  object(type: string, name: string, objectId: string) {
    return { hostName: VCENTER, name, type, objectId, ...(this.facts.isNewer ? { platform: 'VSphere' } : {}) };
  }

  job({ id, name, description, isDisabled, repositoryId, morefs, settings }: FakeJob) {
    const machines = this.estate.machines.filter(({ moref }) => morefs.includes(moref));
    const includes = morefs.map((moref) =>
      this.object('VirtualMachine', machines.find((each) => each.moref === moref)?.name ?? 'gone', moref),
    );
    const wrapped = this.facts.isNewer ? includes : includes.map((inventoryObject) => ({ inventoryObject, size: '1 GB' }));
    const storage = { ...(settings['storage'] as object | undefined), backupRepositoryId: repositoryId };
    const { jobType: type } = placesOf(this.facts);
    return { ...settings, id, name, description, type, isDisabled, storage, virtualMachines: { includes: wrapped } };
  }

  session({ id, kind, name, jobId, createdAt, endedAt, state, percent, result, message }: FakeSession) {
    return {
      ...{ id, name, sessionType: kind, creationTime: createdAt, state, progressPercent: percent },
      ...(jobId === undefined ? {} : { jobId }),
      ...(endedAt === undefined ? {} : { endTime: endedAt }),
      result: { result, message, isCanceled: false },
    };
  }

  point({ id, backupId, machine, createdAt, type }: FakeRestorePoint) {
    const about = { id, name: machine.name, platformName: this.facts.isNewer ? 'VSphere' : 'VMware', creationTime: createdAt, backupId };
    return { ...about, ...(this.facts.isNewer ? { type } : {}), allowedOperations: ['StartEntireVmRestore', 'StartFCDInstantRecovery'] };
  }
}

const ok = { status: 204 };
const none = (what: string) => failure(404, 'NotFound', `The ${what} does not exist`);

/** Whether the name fits the filter of the request, which asterisks open. */
function fits(name: string, { query }: FakeRequest): boolean {
  const filter = query.get('nameFilter');
  if (filter === null) return true;
  const [plain, lower] = [filter.replaceAll('*', '').toLowerCase(), name.toLowerCase()];
  return filter.includes('*') ? lower.includes(plain) : lower.includes(plain);
}

function infrastructure(estate: Estate, show: Shown): readonly Route[] {
  const objects = () => [
    ...estate.machines.map(({ name, moref }) => show.object('VirtualMachine', name, moref)),
    show.object('Cluster', 'cluster-1', 'domain-c1'),
    show.object('Datastore', 'datastore-1', 'datastore-11'),
  ];
  const roots = { inventoryObject: { ...show.object('vCenterServer', VCENTER, ''), objectId: undefined }, size: '1 TB' };
  return [
    ['GET', /^\/api\/v1\/serverInfo$/, () => answer(200, { vbrId: 'fake', name: 'vbr.fake', buildVersion: '12.3.2.3617', patches: [] })],
    ['GET', /^\/api\/v1\/inventory\/vmware\/hosts$/, ({ request }) => show.page([roots], request)],
    [
      'GET',
      new RegExp(`^/api/v1/inventory/vmware/hosts/${ID}$`),
      ({ request, id }) => {
        if (id !== VCENTER) return none('vCenter');
        const found = objects().filter(({ name }) => fits(name, request));
        return show.page(
          found.map((inventoryObject) => ({ inventoryObject, size: '1 GB' })),
          request,
        );
      },
    ],
    [
      'GET',
      /^\/api\/v1\/backupInfrastructure\/repositories$/,
      ({ request }) =>
        show.page(
          estate.repositories.map(({ id, name }) => ({ id, name, type: 'WinLocal' })),
          request,
        ),
    ],
    [
      'GET',
      /^\/api\/v1\/backupInfrastructure\/repositories\/states$/,
      ({ request }) =>
        show.page(
          estate.repositories.map((each) => ({ ...each, usedSpaceGB: each.capacityGB - each.freeGB })),
          request,
        ),
    ],
  ];
}

/** A job as a client writes it. */
interface WrittenJob {
  readonly id?: string;
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly isDisabled?: boolean;
  readonly storage: { readonly backupRepositoryId: string; readonly backupProxies?: object };
  readonly virtualMachines: { readonly includes: readonly { readonly objectId: string }[] };
}

function jobs(estate: Estate, facts: VbrFacts, show: Shown): readonly Route[] {
  const { jobType, automaticProxies } = placesOf(facts);
  const find = (id: string) => estate.jobs.find((job) => job.id === id);
  const isRunning = (id: string) => estate.sessions.active().some(({ jobId }) => jobId === id);
  const read = (body: Record<string, unknown>) => {
    const { name, description, type, storage, virtualMachines, isDisabled, id: _, ...rest } = body as unknown as WrittenJob;
    const { includes } = virtualMachines;
    const { backupProxies, backupRepositoryId: repositoryId } = storage;
    if (type !== jobType) return `the type ${type} of the job is not known`;
    if (!estate.repositories.some(({ id }) => id === repositoryId)) return `there is no repository ${repositoryId}`;
    if (backupProxies && !(automaticProxies in backupProxies)) return 'the proxies are described wrongly';
    if (includes.length === 0) return 'a job may not be empty';
    const morefs = includes.map((item) => item.objectId);
    return {
      name,
      description,
      isDisabled: isDisabled === true,
      morefs,
      repositoryId: repositoryId as string,
      settings: { ...(rest as object), storage },
    };
  };
  return [
    [
      'GET',
      /^\/api\/v1\/jobs$/,
      ({ request }) =>
        show.page(
          estate.jobs.filter(({ name }) => fits(name, request)).map((job) => show.job(job)),
          request,
        ),
    ],
    [
      'POST',
      /^\/api\/v1\/jobs$/,
      ({ body }) => {
        const job = read(body);
        if (typeof job === 'string') return failure(400, 'InvalidParameter', job);
        if (estate.jobs.some(({ name }) => name === job.name)) return failure(400, 'InvalidParameter', `there is a job ${job.name}`);
        return answer(201, show.job(estate.addJob(job)));
      },
    ],
    [
      'GET',
      /^\/api\/v1\/jobs\/states$/,
      ({ request }) => {
        const wanted = estate.jobs.filter(({ id }) => (request.query.get('idFilter') ?? id) === id);
        const status = ({ id, isDisabled }: FakeJob) => (isDisabled ? 'disabled' : isRunning(id) ? 'running' : 'inactive');
        return show.page(
          wanted.map((job) => ({ id: job.id, name: job.name, status: status(job) })),
          request,
        );
      },
    ],
    ['GET', new RegExp(`^/api/v1/jobs/${ID}$`), ({ id }) => withThing(find(id), 'job', (job) => answer(200, show.job(job)))],
    [
      'PUT',
      new RegExp(`^/api/v1/jobs/${ID}$`),
      ({ id, body }) =>
        withThing(find(id), 'job', (job) => {
          const changed = read(body);
          if (typeof changed === 'string') return failure(400, 'InvalidParameter', changed);
          return answer(200, show.job(Object.assign(job, changed)));
        }),
    ],
    [
      'DELETE',
      new RegExp(`^/api/v1/jobs/${ID}$`),
      ({ id }) =>
        withThing(find(id), 'job', (job) => {
          estate.jobs.splice(estate.jobs.indexOf(job), 1);
          return ok;
        }),
    ],
    [
      'POST',
      new RegExp(`^/api/v1/jobs/${ID}/start$`),
      ({ id }) =>
        withThing(find(id), 'job', (job) => {
          if (isRunning(id)) return failure(400, 'InvalidOperation', 'The job is already running');
          if (job.isDisabled) return failure(400, 'InvalidOperation', 'The job is disabled');
          return answer(201, show.session(estate.startJob(job)));
        }),
    ],
  ];
}

function sessions(estate: Estate, show: Shown): readonly Route[] {
  return [
    [
      'GET',
      /^\/api\/v1\/sessions$/,
      ({ request }) => {
        const { query } = request;
        const wanted = estate.sessions.all
          .filter(({ kind }) => (query.get('typeFilter') ?? kind) === kind)
          .filter(({ jobId }) => query.get('jobIdFilter') === null || query.get('jobIdFilter') === jobId)
          .filter(({ name }) => fits(name, request));
        const newestFirst = [...wanted].reverse();
        return show.page(
          (query.get('orderAsc') === 'false' ? newestFirst : wanted).map((session) => show.session(session)),
          request,
        );
      },
    ],
    [
      'GET',
      new RegExp(`^/api/v1/sessions/${ID}$`),
      ({ id }) => withThing(estate.sessions.find(id), 'session', (session) => answer(200, show.session(session))),
    ],
    [
      'GET',
      new RegExp(`^/api/v1/sessions/${ID}/logs$`),
      ({ id }) =>
        withThing(estate.sessions.find(id), 'session', ({ log: records }) => answer(200, { totalRecords: records.length, records })),
    ],
    [
      'POST',
      new RegExp(`^/api/v1/sessions/${ID}/stop$`),
      ({ id }) =>
        withThing(estate.sessions.find(id), 'session', (session) => {
          estate.sessions.stop(session.id);
          return answer(200, {});
        }),
    ],
  ];
}

function backups(estate: Estate, facts: VbrFacts, doubts: VbrDoubts, show: Shown): readonly Route[] {
  const { restorePoints } = placesOf(facts);
  const list = () =>
    estate.backups.map(({ id, jobId, name, repositoryId, createdAt: creationTime }) => {
      const point = doubts.namesMachines ? estate.restorePoints.find(({ backupId }) => backupId === id) : undefined;
      const shown = point ? `${name} - ${point.machine.name}` : name;
      return { id, jobId, name: shown, repositoryId, creationTime, platformName: facts.isNewer ? 'VSphere' : 'VMware' };
    });
  const find = (id: string) => estate.restorePoints.find((point) => point.id === id);
  const remove = (effect: () => void) => {
    const session = estate.sessions.start({ kind: 'InfrastructureItemDeletion', name: 'Delete' }, effect);
    return answer(201, show.session(session));
  };
  const inBackup = (id: string) => estate.restorePoints.filter(({ backupId }) => backupId === id);
  const deletesPoints = facts.deletesBackups && doubts.deletesRestorePoints;
  return [
    [
      'GET',
      /^\/api\/v1\/backups$/,
      ({ request }) =>
        show.page(
          list().filter(({ jobId }) => (request.query.get('jobIdFilter') ?? jobId) === jobId),
          request,
        ),
    ],
    [
      'GET',
      new RegExp(`^/api/v1/backups/${ID}$`),
      ({ id }) =>
        withThing(
          list().find((backup) => backup.id === id),
          'backup',
          (backup) => answer(200, backup),
        ),
    ],
    ...(facts.deletesBackups
      ? [
          [
            'DELETE',
            new RegExp(`^/api/v1/backups/${ID}$`),
            ({ id }) => remove(() => estate.removePoints(inBackup(id).map((point) => point.id))),
          ] as Route,
        ]
      : []),
    ...(facts.isNewer
      ? [
          [
            'GET',
            new RegExp(`^/api/v1/backups/${ID}/backupFiles$`),
            ({ id, request }) => {
              const files = inBackup(id).map((point) => ({
                id: `file-${point.id}`,
                restorePointIds: [point.id],
                backupSize: point.sizeBytes,
              }));
              return show.page(files, request);
            },
          ] as Route,
        ]
      : []),
    [
      'GET',
      new RegExp(`^${restorePoints}$`),
      ({ request }) => {
        const wanted = estate.restorePoints.filter(({ backupId }) => (request.query.get('backupIdFilter') ?? backupId) === backupId);
        return show.page(
          wanted.map((point) => show.point(point)),
          request,
        );
      },
    ],
    [
      'GET',
      new RegExp(`^${restorePoints}/${ID}$`),
      ({ id }) => withThing(find(id), 'restore point', (point) => answer(200, show.point(point))),
    ],
    ...(deletesPoints
      ? [
          [
            'DELETE',
            new RegExp(`^${restorePoints}/${ID}$`),
            ({ id }) => (find(id) ? remove(() => estate.deletePoint(id)) : none('restore point')),
          ] as Route,
        ]
      : []),
    [
      'GET',
      new RegExp(`^${restorePoints}/${ID}/disks$`),
      ({ id, request }) =>
        withThing(find(id), 'restore point', ({ disks }) => {
          // By label backwards, so that nothing is right because of the order.
          const shown = [...disks].reverse().map(({ key, label, sizeBytes: capacity, bytes }) => {
            const uid = doubts.tellsUnits ? key : `6000C29${bytes.subarray(0, 6).toString('hex')}`;
            return { uid, name: label, type: 'Vi', state: 'Processed', capacity };
          });
          return show.page(shown, request);
        }),
    ],
  ];
}

export function withThing<T>(thing: T | undefined, what: string, then: (thing: T) => ReturnType<typeof answer>): ReturnType<typeof answer> {
  return thing === undefined ? none(what) : then(thing);
}
