import { ProviderError } from '../../../../src/provider/index.js';
import { pause } from '../https-client.js';
import { machineUuidOf, namesIn, readUrn, urnOf } from '../naming.js';
import type { NewJob, Template, VsphereMachine } from '../transport.js';
import type { EmClient } from './client.js';
import type { Companion } from './companion.js';
import { idOf, JOB, OBJECTS_IN_JOB, REFERENCES, type Job, type ObjectInJob, type Reference } from './entities.js';
import { vmRefOf, type Infrastructure } from './infrastructure.js';
import { createObjectInJobSpec, jobCloneSpec } from './specs.js';
import type { Tasks } from './tasks.js';

/** How often a schedule is looked at until it is as it should be. */
const MAX_LOOKS = 20;
const LONGEST_PAUSE_MS = 500;

/** What the description of a copy ends with. */
const COPY_OF = /, like (urn:veeam:Job:\S+)$/i;

/** The jobs of machines, each a clone of a template: Enterprise Manager makes no job from nothing. */
export class Jobs {
  constructor(
    private readonly em: EmClient,
    private readonly tasks: Tasks,
    private readonly infrastructure: Infrastructure,
    /** Knows the repositories of jobs, which Enterprise Manager does not tell. */
    private readonly companion: Pick<Companion, 'repositoryOf'> | undefined,
  ) {}

  /** Every job that is not that of one machine. */
  async listTemplates(signal: AbortSignal): Promise<readonly Template[]> {
    return templatesAmong(await this.list(signal)).map(({ uid, name }) => ({
      externalId: urnOf('Job', idOf(uid)),
      name,
      description: 'as this job',
    }));
  }

  /** The job of the machine, be it half made or retired. */
  async find(machineUuid: string, template: string, signal: AbortSignal): Promise<string | undefined> {
    const found = (await this.list(signal)).find(({ name }) => machineUuidOf(name) === machineUuid);
    if (!found) return undefined;
    const { description } = await this.em.get(entity(idOf(found.uid)), JOB, signal);
    const [, original = template] = COPY_OF.exec(description) ?? [];
    if (original === template) return idOf(found.uid);
    throw new ProviderError('rejected', `Veeam has a job ${found.name} already, from another template: it has to be removed there first`);
  }

  /** Makes the job: a copy of the template, of which nothing but the machine is left before it may run. */
  async create(wanted: NewJob, signal: AbortSignal): Promise<string> {
    const job = await this.clone({ ...wanted, description: `${wanted.description}, like ${wanted.template}` }, signal);
    await this.retarget(job, wanted.machine, signal);
    return job;
  }

  /** Makes the job back up this machine and nothing else. A container may hold any machines, if not now then later. */
  async retarget(job: string, machine: VsphereMachine, signal: AbortSignal): Promise<void> {
    await this.include(job, machine, signal);
    for (const object of await this.objects(job, signal)) {
      if (!isOf(object, machine)) await this.exclude(job, object, signal);
    }
    await this.schedule(job, true, signal);
  }

  /** Keeps the job from running by itself again: Enterprise Manager can neither remove it nor take the last object out of it. */
  async retire(job: string, signal: AbortSignal): Promise<void> {
    if (await this.em.find(entity(job), JOB, signal)) await this.schedule(job, false, signal);
  }

  private async list(signal: AbortSignal): Promise<readonly Reference[]> {
    return this.em.get('jobs', REFERENCES, signal);
  }

  private async named(name: string, signal: AbortSignal): Promise<string | undefined> {
    const job = (await this.list(signal)).find((each) => each.name === name);
    return job && idOf(job.uid);
  }

  private async clone({ name, description, template }: NewJob, signal: AbortSignal): Promise<string> {
    const urn = readUrn(template);
    const original = urn?.kind === 'Job' ? await this.em.find(entity(urn.uuid), JOB, signal) : undefined;
    if (!urn || !original) throw new ProviderError('not_found', `Enterprise Manager has no job ${template} to copy`);
    const repository = await this.repositoryFor(original, signal);
    const spec = jobCloneSpec(name, repository, description);
    const clone = () => this.tasks.carryOut('POST', `jobs/${urn.uuid}?action=clone`, signal, spec);
    return outcomeOf(`copying the job ${original.name}`, clone, () => this.named(name, signal));
  }

  /** The repository of a template: the only one there is, or else the one that its description names. */
  private async repositoryFor({ uid, name, description }: Job, signal: AbortSignal): Promise<string> {
    const known = await this.companion?.repositoryOf(idOf(uid), signal);
    if (known !== undefined) return urnOf('Repository', known);
    const repositories = await this.infrastructure.repositories(signal);
    const told = namesIn(
      description,
      repositories.map((each) => each.name),
    );
    const [only, ...others] = repositories.length === 1 ? repositories : repositories.filter((each) => told.has(each.name));
    if (only && others.length === 0) return only.uid;
    const several = only ? `, and no more than one: it names ${[only, ...others].map((each) => each.name).join(' and ')}` : '';
    throw new ProviderError(
      'rejected',
      `Veeam has several repositories: the description of the job ${name} has to name that of its copies${several}`,
    );
  }

  private async objects(job: string, signal: AbortSignal): Promise<readonly ObjectInJob[]> {
    return (await this.em.find(`jobs/${job}/includes`, OBJECTS_IN_JOB, signal)) ?? [];
  }

  private async include(job: string, machine: VsphereMachine, signal: AbortSignal): Promise<void> {
    const included = async () => (await this.objects(job, signal)).find((object) => isOf(object, machine));
    if (await included()) return;
    const spec = createObjectInJobSpec(vmRefOf(machine), machine.name);
    await outcomeOf(`adding ${machine.name}`, () => this.tasks.carryOut('POST', `jobs/${job}/includes`, signal, spec), included);
  }

  private async exclude(job: string, { id, ref }: ObjectInJob, signal: AbortSignal): Promise<void> {
    const excluded = async () => ((await this.objects(job, signal)).some((object) => object.id === id) ? undefined : true);
    const path = `jobs/${job}/includes/${encodeURIComponent(id)}`;
    await outcomeOf(`taking ${ref} out`, () => this.tasks.carryOut('DELETE', path, signal), excluded);
  }

  /** Has the schedule of the job in force or not, if it has one. It can only be toggled, and others may do that at the same time. */
  private async schedule(job: string, wanted: boolean, signal: AbortSignal): Promise<void> {
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      const { scheduleConfigured, scheduleEnabled } = await this.em.get(entity(job), JOB, signal);
      if (!scheduleConfigured || scheduleEnabled === wanted) return;
      // Not in step with whoever has toggled it back.
      if (looks % 2 === 1) await pause(Math.random() * LONGEST_PAUSE_MS, signal);
      else await this.tasks.carryOut('POST', `jobs/${job}?action=toggleScheduleEnabled`, signal);
    }
    throw new ProviderError('temporary', `somebody else changes the schedule of the job ${job} at the same time`);
  }
}

/** What is there after the attempt; that this failed does not matter then, as somebody else may have been faster. */
async function outcomeOf<T>(what: string, attempt: () => Promise<unknown>, look: () => Promise<T | undefined>): Promise<T> {
  const failure = await attempt().then(
    () => new ProviderError('unknown', `${what}: Enterprise Manager says that it is done, and does not show it`),
    (error: unknown) => error,
  );
  const seen = await look();
  if (seen !== undefined) return seen;
  throw failure;
}

/** Those that are not of one machine. */
export const templatesAmong = (jobs: readonly Reference[]): readonly Reference[] =>
  jobs.filter(({ name }) => machineUuidOf(name) === undefined);

const entity = (job: string): string => `jobs/${job}?format=Entity`;

const isOf = ({ ref }: ObjectInJob, machine: VsphereMachine): boolean => ref.toLowerCase() === vmRefOf(machine).toLowerCase();
