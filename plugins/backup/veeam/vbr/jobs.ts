import { ProviderError } from '../../../../src/provider/index.js';
import { machineUuidOf, readUrn, urnOf } from '../naming.js';
import type { NewJob, Template, VsphereMachine } from '../transport.js';
import { asText, textOf, type Answer } from './answers.js';
import type { InventoryObject } from './inventory.js';
import { isVsphereJob, jobAfter, jobInto, retargeted } from './job-payloads.js';
import type { VbrClient } from './vbr-client.js';

const JOBS = '/api/v1/jobs';
/** What a job is that nothing else can be done with, in whatever letters a revision writes it. */
const AT_WORK: ReadonlySet<string> = new Set(['starting', 'running', 'stopping']);
const REPOSITORIES = '/api/v1/backupInfrastructure/repositories';

/** The jobs that back up machines, and what new ones can be made after. */
export class Jobs {
  constructor(private readonly client: VbrClient) {}

  /** Every job that is not of one machine, as a template, and every repository, for jobs that run only when they are told to. */
  async templates(signal: AbortSignal): Promise<readonly Template[]> {
    const jobs = (await this.client.all(JOBS, {}, signal)).filter(isVsphereJob);
    const templates = jobs.filter((job) => machineUuidOf(asText(job['name']) ?? '') === undefined);
    const repositories = await this.client.all(REPOSITORIES, {}, signal);
    return [
      ...templates.map((job) => templateOf('Job', job, JOBS)),
      ...repositories.map((each) => templateOf('Repository', each, REPOSITORIES)),
    ];
  }

  async find(machineUuid: string, signal: AbortSignal): Promise<string | undefined> {
    const found = await this.client.all(JOBS, { nameFilter: `*${machineUuid}*` }, signal);
    const job = found.find(({ name }) => machineUuidOf(asText(name) ?? '') === machineUuid);
    return job && textOf(job, 'id', JOBS);
  }

  async create({ name, description, template, machine }: NewJob, signal: AbortSignal): Promise<string> {
    const revision = await this.client.revision(signal);
    const about = { name, description, machine: asObject(machine) };
    const source = readUrn(template);
    if (!source) throw notThere(template);
    if (source.kind === 'Repository') return this.post(jobInto(revision, source.uuid, about), signal);
    const model = await this.client.find(`${JOBS}/${source.uuid}`, signal);
    if (!model) throw notThere(template);
    return this.post(jobAfter(revision, model, about), signal);
  }

  /** The repository that the job keeps its backups in. */
  async repositoryOf(id: string, signal: AbortSignal): Promise<string | undefined> {
    const { storage } = await this.client.ask('GET', `${JOBS}/${id}`, signal);
    return asText((storage as Answer | undefined)?.['backupRepositoryId']);
  }

  async retarget(id: string, machine: VsphereMachine, signal: AbortSignal): Promise<void> {
    const job = await this.client.ask('GET', `${JOBS}/${id}`, signal);
    const changed = retargeted(await this.client.revision(signal), job, asObject(machine));
    if (changed) await this.client.ask('PUT', `${JOBS}/${id}`, signal, changed);
  }

  async remove(id: string, signal: AbortSignal): Promise<void> {
    await this.client.ask('DELETE', `${JOBS}/${id}`, signal).catch((error: unknown) => {
      if (!(error instanceof ProviderError && error.fault === 'not_found')) throw error;
    });
  }

  /** Starts the job; one that is running is not started again. */
  async start(id: string, signal: AbortSignal): Promise<string> {
    await this.assertIdle(id, signal);
    const session = await this.client.ask('POST', `${JOBS}/${id}/start`, signal, { performActiveFull: false, startChainedJobs: false });
    return textOf(session, 'id', JOBS);
  }

  /** Throws `temporary` while the job runs. */
  async assertIdle(id: string, signal: AbortSignal): Promise<void> {
    const states = await this.client.all(`${JOBS}/states`, { idFilter: id }, signal);
    const state = states.find((each) => each['id'] === id);
    if (AT_WORK.has(asText(state?.['status'])?.toLowerCase() ?? ''))
      throw new ProviderError('temporary', `the job ${asText(state?.['name']) ?? id} is running already`);
  }

  private async post(job: Answer, signal: AbortSignal): Promise<string> {
    return textOf(await this.client.ask('POST', JOBS, signal, job), 'id', JOBS);
  }
}

const templateOf = (kind: 'Job' | 'Repository', thing: Answer, where: string): Template => {
  const name = textOf(thing, 'name', where);
  const description = asText(thing['description']) ?? (kind === 'Job' ? 'as this job' : 'into this repository, only on demand');
  return { externalId: urnOf(kind, textOf(thing, 'id', where)), name, description };
};

const asObject = ({ name, moref: objectId, vcenter: hostName }: VsphereMachine): InventoryObject => ({
  ...{ hostName, name, objectId },
  type: 'VirtualMachine',
});

const notThere = (template: string) => new ProviderError('not_found', `Veeam has no job or repository ${template}`);
