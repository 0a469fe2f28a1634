import { randomUUID } from 'node:crypto';
import { answer, errorAnswer, listOf } from './em-answers.js';
import type { EmApi, Route } from './em-api.js';
import { hasSchedule, ROOT_ID } from './em-documents.js';
import { element, field, textIn } from './em-xml.js';
import type { FakeJob } from './estate.js';
import type { FakeAnswer, FakeRequest } from './server.js';

/** A tag that no machine has. */
export const TAG = `urn:VMware:Tag:${ROOT_ID}.urn:vmomi:InventoryServiceTag:1`;
const MAX_JOB_NAME = 50;

const jobOf = ({ estate }: EmApi, id = ''): FakeJob | undefined => estate.jobs.find((job) => job.id === id);

/** The objects of a job: machines, and containers of some. */
const objectsOf = ({ id, morefs, containers }: FakeJob) => [
  ...containers.map((ref, index) => ({ id: `${index}-${id}`, ref, name: 'some' })),
  ...morefs.map((moref) => ({ id: `${moref}-${id}`, ref: vmRefOf(moref), name: moref })),
];

const vmRefOf = (moref: string): string => `urn:VMware:Vm:${ROOT_ID}.${moref}`;

function includes(api: EmApi, _request: FakeRequest, id?: string): FakeAnswer | undefined {
  const job = jobOf(api, id);
  const shown = ({ id: objectId, ref, name }: ReturnType<typeof objectsOf>[number]) =>
    element('ObjectInJob', { Type: 'ObjectInJob' }, field('ObjectInJobId', objectId), field('HierarchyObjRef', ref), field('Name', name));
  return job && listOf('ObjectsInJob', objectsOf(job).map(shown));
}

function include(api: EmApi, { body }: FakeRequest, id?: string): FakeAnswer | undefined {
  const job = jobOf(api, id);
  const ref = textIn(body, 'HierarchyObjRef');
  const moref = ref.split('.').at(-1) ?? '';
  if (!api.estate.machines.some((machine) => machine.moref === moref)) return errorAnswer(400, `There is no object ${ref}.`);
  if (job?.morefs.includes(moref)) return errorAnswer(400, `The job has ${ref} already.`);
  return job && api.begin('CreateObjectInJob', () => void job.morefs.push(moref));
}

function exclude(api: EmApi, _request: FakeRequest, id?: string, objectId?: string): FakeAnswer | undefined {
  const job = jobOf(api, id);
  const objects = job ? objectsOf(job) : [];
  const object = objects.find((each) => each.id === objectId);
  if (!job || !object) return undefined;
  if (objects.length === 1) return errorAnswer(400, `Job ${job.name} has no other object.`);
  return api.begin('DeleteObjectInJob', () => {
    job.morefs = job.morefs.filter((moref) => vmRefOf(moref) !== object.ref);
    job.containers = job.containers.filter((ref) => ref !== object.ref);
  });
}

function act(api: EmApi, { query, body }: FakeRequest, id?: string): FakeAnswer | undefined {
  const job = jobOf(api, id);
  if (!job) return undefined;
  switch (query.get('action') ?? '') {
    case 'clone':
      return clone(api, job, body);
    case 'toggleScheduleEnabled':
      return api.begin('ToggleSchedule', () => void (job.isDisabled = !job.isDisabled));
    case 'start':
      if (api.estate.sessions.active().some(({ jobId }) => jobId === job.id))
        return errorAnswer(500, `Job ${job.name} is already running.`);
      return api.begin('StartJob', () => void api.estate.startJob(job));
    default:
      return errorAnswer(400, 'Unknown action.');
  }
}

/** A copy does not run by itself until somebody says so. */
function clone(api: EmApi, original: FakeJob, body: string): FakeAnswer {
  const [name, repository, description] = [textIn(body, 'JobName'), textIn(body, 'RepositoryUid'), textIn(body, 'Description')];
  if (name.length > MAX_JOB_NAME) return errorAnswer(400, `The name of a job has at most ${MAX_JOB_NAME} characters.`);
  if (api.estate.jobs.some((job) => job.name === name)) return errorAnswer(400, `There is a job ${name} already.`);
  return api.begin('CloneJob', () => {
    const repositoryId = repository.split(':').at(-1) ?? '';
    const { id } = api.estate.addJob({
      ...original,
      id: randomUUID(),
      name,
      description,
      repositoryId,
      morefs: [...original.morefs],
      containers: [...original.containers],
      isDisabled: hasSchedule(original),
    });
    return { type: 'Job', path: `jobs/${id}` };
  });
}

/** Jobs, and what they back up. */
export const JOB_ROUTES: readonly Route[] = [
  [
    /^GET jobs$/,
    ({ estate, documents }) =>
      listOf(
        'EntityReferences',
        estate.jobs.map((job) => documents.jobReference(job)),
      ),
  ],
  [
    /^GET jobs\/([^/]+)$/,
    (api, _request, id) => {
      const job = jobOf(api, id);
      return job && answer(200, 'Job', ...api.documents.job(job));
    },
  ],
  [/^POST jobs\/([^/]+)$/, act],
  [/^GET jobs\/([^/]+)\/includes$/, includes],
  [/^POST jobs\/([^/]+)\/includes$/, include],
  [/^DELETE jobs\/([^/]+)\/includes\/([^/]+)$/, exclude],
];
