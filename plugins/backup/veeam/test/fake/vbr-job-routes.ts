import type { Estate, FakeJob } from './estate.js';
import { answer, failure, type Route } from './vbr-answers.js';
import { placesOf, platformOf, type VbrFacts } from './vbr-facts.js';
import { fits, ID, ok, withThing, type Shown } from './vbr-shown.js';

interface WrittenObject {
  readonly objectId: string;
  readonly platform?: string;
}

/** A job as a client writes it. */
interface WrittenJob {
  readonly id?: string;
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly isDisabled?: boolean;
  readonly storage: { readonly backupRepositoryId: string; readonly backupProxies?: object };
  readonly virtualMachines: { readonly includes: readonly (WrittenObject & { readonly inventoryObject?: WrittenObject })[] };
}

/** Jobs, and their runs. */
export function jobs(estate: Estate, facts: VbrFacts, show: Shown): readonly Route[] {
  const { jobType, automaticProxies } = placesOf(facts);
  const find = (id: string) => estate.jobs.find((job) => job.id === id);
  const isRunning = (id: string) => estate.sessions.active().some(({ jobId }) => jobId === id);
  /** As a job that is new, or as one that is changed, in which older revisions have each object inside of an item. */
  const read = (body: Record<string, unknown>, isNew: boolean) => {
    const { name, description, type, storage, virtualMachines, isDisabled, id: _, ...rest } = body as unknown as WrittenJob;
    const { includes } = virtualMachines;
    const { backupProxies, backupRepositoryId: repositoryId } = storage;
    if (type !== jobType) return `the type ${type} of the job is not known`;
    if (!estate.repositories.some(({ id }) => id === repositoryId)) return `there is no repository ${repositoryId}`;
    if (backupProxies && !(automaticProxies in backupProxies)) return 'the proxies are described wrongly';
    if (includes.length === 0) return 'a job may not be empty';
    const objects = isNew || facts.isNewer ? includes : includes.map(({ inventoryObject }) => inventoryObject);
    if (!objects.every((object) => object?.objectId !== undefined && object.platform === platformOf(facts)))
      return 'an object is described wrongly';
    const morefs = objects.map((object) => object?.objectId ?? '');
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
        const job = read(body, true);
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
        const status = ({ id, isDisabled }: FakeJob) => {
          const told = isDisabled ? 'Disabled' : isRunning(id) ? 'Running' : 'Inactive';
          return facts.overwrites ? told : told.toLowerCase();
        };
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
          const changed = read(body, false);
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
