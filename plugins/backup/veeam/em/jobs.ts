import { ProviderError } from '../../../../src/provider/index.js';
import { machineUuidOf, readUrn, urnOf } from '../naming.js';
import type { NewJob, Template, VsphereMachine } from '../transport.js';
import type { EmClient } from './client.js';
import type { Companion } from './em-transport.js';
import { idOf, JOB, OBJECTS_IN_JOB, REFERENCES, type Job, type ObjectInJob, type Reference } from './entities.js';
import { isVmRef, vmRefOf, type Infrastructure } from './infrastructure.js';
import { createObjectInJobSpec, jobCloneSpec } from './specs.js';
import type { Tasks } from './tasks.js';

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

  /** The job of the machine, once it has the machine in it: that is the last step of making it, and the first of retiring it. */
  async find(machineUuid: string, signal: AbortSignal): Promise<string | undefined> {
    for (const { name, uid } of await this.list(signal)) {
      if (machineUuidOf(name) === machineUuid && (await this.machines(idOf(uid), signal)).length > 0) return idOf(uid);
    }
    return undefined;
  }

  /** Makes the job, or goes on where that was cut off or with one that was retired. */
  async create(wanted: NewJob, signal: AbortSignal): Promise<string> {
    const description = `${wanted.description}, like ${wanted.template}`;
    const job = (await this.named(wanted.name, signal)) ?? (await this.clone({ ...wanted, description }, signal));
    const made = await this.em.get(entity(job), JOB, signal);
    if (made.description !== description) {
      throw new ProviderError(
        'rejected',
        `Veeam has a job ${wanted.name} already, from another template: it has to be removed there first`,
      );
    }
    if (made.scheduleConfigured && !made.scheduleEnabled) await this.toggleSchedule(job, signal);
    await this.include(job, wanted.machine, signal);
    return job;
  }

  /** Makes the job back up this machine and no other. */
  async retarget(job: string, machine: VsphereMachine, signal: AbortSignal): Promise<void> {
    await this.include(job, machine, signal);
    for (const object of await this.machines(job, signal)) {
      if (!isOf(object, machine)) await this.exclude(job, object, signal);
    }
  }

  /** Keeps the job from ever running again: to remove it is more than Enterprise Manager can do. */
  async retire(job: string, signal: AbortSignal): Promise<void> {
    const present = await this.em.find(entity(job), JOB, signal);
    if (!present) return;
    for (const object of await this.machines(job, signal)) await this.exclude(job, object, signal);
    if (present.scheduleConfigured && present.scheduleEnabled) await this.toggleSchedule(job, signal);
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
    await this.tasks.carryOut('POST', `jobs/${urn.uuid}?action=clone`, signal, jobCloneSpec(name, repository, description));
    const job = await this.named(name, signal);
    if (job !== undefined) return job;
    throw new ProviderError('unknown', `Enterprise Manager has copied ${template}, and shows no job ${name}`);
  }

  /** The repository of a template: the only one there is, or else the one that its description names. */
  private async repositoryFor({ uid, name, description }: Job, signal: AbortSignal): Promise<string> {
    const known = await this.companion?.repositoryOf(idOf(uid), signal);
    if (known !== undefined) return urnOf('Repository', known);
    const repositories = await this.infrastructure.repositories(signal);
    const named = repositories.length === 1 ? repositories : repositories.filter((each) => description.includes(each.name));
    // A name may be part of another one.
    const [longest] = [...named].sort((a, b) => b.name.length - a.name.length);
    if (longest) return longest.uid;
    throw new ProviderError(
      'rejected',
      `Veeam has several repositories: the description of the job ${name} has to name that of its copies`,
    );
  }

  private async machines(job: string, signal: AbortSignal): Promise<readonly ObjectInJob[]> {
    return ((await this.em.find(`jobs/${job}/includes`, OBJECTS_IN_JOB, signal)) ?? []).filter(({ ref }) => isVmRef(ref));
  }

  private async include(job: string, machine: VsphereMachine, signal: AbortSignal): Promise<void> {
    if ((await this.machines(job, signal)).some((object) => isOf(object, machine))) return;
    await this.tasks.carryOut('POST', `jobs/${job}/includes`, signal, createObjectInJobSpec(vmRefOf(machine), machine.name));
  }

  private async exclude(job: string, { id }: ObjectInJob, signal: AbortSignal): Promise<void> {
    await this.tasks.carryOut('DELETE', `jobs/${job}/includes/${encodeURIComponent(id)}`, signal);
  }

  private async toggleSchedule(job: string, signal: AbortSignal): Promise<void> {
    await this.tasks.carryOut('POST', `jobs/${job}?action=toggleScheduleEnabled`, signal);
  }
}

/** Those that are not of one machine. */
export const templatesAmong = (jobs: readonly Reference[]): readonly Reference[] =>
  jobs.filter(({ name }) => machineUuidOf(name) === undefined);

const entity = (job: string): string => `jobs/${job}?format=Entity`;

const isOf = ({ ref }: ObjectInJob, machine: VsphereMachine): boolean => ref.toLowerCase() === vmRefOf(machine).toLowerCase();
