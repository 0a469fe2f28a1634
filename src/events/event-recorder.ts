import { randomUUID } from 'node:crypto';
import { governs, mayUse } from '../account/access.js';
import type { CommandSpec } from '../api/command.js';
import { sentParameters, type RequestParameters } from '../api/request-parameters.js';
import type { CallContext, Caller } from '../call-context.js';
import type { Backup } from '../dao/backup-dao.js';
import { witnessed, type Daos, type Database, type Witness } from '../dao/database.js';
import type { Event } from '../dao/event-dao.js';
import type { Job, NewJob } from '../dao/job-dao.js';
import { toApiError } from '../errors.js';
import type { Log } from '../log.js';
import { answeredResource, lookUpResource, resourceOf, type Known, type Resource } from './resource.js';
import { announce } from './webhook-outbox.js';

/** Who does something, and by which request. */
export type Actor = Pick<Caller, 'userId' | 'accountId' | 'domainId'> & { readonly requestId: string };

/** What was found out about a thing without anybody having asked for it. */
export interface Finding {
  readonly type: 'Backup' | 'VirtualMachine' | 'Volume';
  readonly thing: Pick<Backup, 'uuid' | 'name' | 'accountId' | 'domainId'>;
  readonly level: Event['level'];
  readonly description: string;
}

/** What has come of it so far. */
type Step = Pick<Event, 'state' | 'level' | 'description' | 'operationId' | 'machineUuid'>;

/** A thing, and what was known of it before it was changed: what is deleted is not known afterwards. */
type About = Resource & { readonly before?: Known | undefined };

type MaybeLater<T> = T | Promise<T>;

const LONGEST = 1024;

/** Writes down what is done with the server: the events of every command that declares a type of event. */
export class EventRecorder {
  constructor(
    private readonly db: Database,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  /** A job is accepted: part of the transaction that records it. */
  async scheduled(daos: Daos, spec: CommandSpec, job: NewJob, sent: RequestParameters): Promise<void> {
    await this.tellOfJob(daos, spec, job, { state: 'Scheduled', level: 'INFO', description: textOf(spec, 'was accepted', sent) });
  }

  /** A job that was due is not begun, for the reason: part of the transaction that decides so. */
  async skipped(daos: Daos, spec: CommandSpec, job: NewJob, why: string): Promise<void> {
    await this.tellOfJob(daos, spec, job, { state: 'Completed', level: 'WARN', description: textOf(spec, `was skipped: ${why}`) });
  }

  /** Things are not as they were known: part of the transaction that records how they are. Tells their owners. */
  async found(daos: Daos, actor: Actor, findings: readonly Finding[]): Promise<void> {
    const events = findings.map(({ type: resourceType, thing: { uuid, name, accountId, domainId }, level, description }) => ({
      ...({ uuid: randomUUID(), type: 'BACKUP.SYNC', level, state: 'Completed', description: description.slice(0, LONGEST) } as const),
      ...{ userId: actor.userId, accountId, domainId, requestId: actor.requestId, operationId: null, machineUuid: null },
      ...{ resourceType, resourceUuid: uuid, resourceName: name, archived: false, created: this.now() },
    }));
    await daos.events.insertAll(events);
    await announce(daos, events);
  }

  /** A server begins the job; a second server that takes it over is not told of. */
  async started(spec: CommandSpec, job: Job): Promise<void> {
    const step = { state: 'Started', level: 'INFO', description: textOf(spec, 'has begun') } as const;
    await this.db.transaction((daos) => this.tellOfJob(daos, spec, job, step));
  }

  /** A job has succeeded, or failed for the reason: part of the transaction that ends it. */
  async ended(daos: Daos, spec: CommandSpec, job: Job, failure: string | undefined): Promise<void> {
    await this.tellOfJob(daos, spec, job, { state: 'Completed', ...endOf(spec, failure) });
  }

  /** The same of a job whose command only other versions have: as far as the event tells with which it was accepted. */
  async endedUnknown(daos: Daos, { operationId, command }: Job, failure: string): Promise<void> {
    const scheduled = await daos.events.findScheduled(operationId);
    if (!scheduled) return;
    const { id: _id, ...accepted } = scheduled;
    const end = { state: 'Completed', level: 'ERROR', description: `${command} failed: ${failure}`.slice(0, LONGEST) } as const;
    await record(daos, { ...accepted, ...end, uuid: randomUUID(), archived: false, created: this.now() });
  }

  /** Does what a command that is no job does, and tells how it ended: as part of the change that it makes, if it makes one. */
  async performing(spec: CommandSpec, sent: RequestParameters, call: CallContext, work: () => Promise<object> | object): Promise<object> {
    if (spec.event === undefined) return work();
    const actor = { ...call.caller, requestId: call.requestId };
    let isTold = false;
    const witness = this.teller(spec, sent, actor, () => (isTold = true));
    try {
      const answer = await witnessed(witness, async () => work());
      if (!isTold) await this.performed(spec, sent, actor, answer);
      return answer;
    } catch (error) {
      const resource = this.usable(call.caller, resourceOf(spec, sent));
      await this.tell(spec, actor, resource, endOf(spec, toApiError(error, call.requestId).message, sent));
      throw error;
    }
  }

  /** Tells of the command in the transaction of its change. */
  private teller(spec: CommandSpec, sent: RequestParameters, actor: Actor, told: () => void): Witness {
    let named: About | undefined = resourceOf(spec, sent);
    return {
      before: async () => {
        named = named && { ...named, before: await lookUpResource(this.db.daos, named) };
      },
      after: async (daos, uuid) => {
        const changed = uuid === undefined ? undefined : answeredResource(spec, uuid);
        await this.write(daos, spec, actor, changed ?? named, stepOf(endOf(spec, undefined, sent)));
        told();
      },
    };
  }

  /** A command that is no job has been carried out. */
  async performed(spec: CommandSpec, sent: RequestParameters, actor: Actor, answer: object): Promise<void> {
    await this.tell(spec, actor, resourceOf(spec, sent, answer), endOf(spec, undefined, sent));
  }

  /** The thing if the caller may use it: nobody writes into the events of others, or learns the name of a thing, by a command that fails. */
  private async usable(caller: Caller, resource: Resource | undefined): Promise<Resource | undefined> {
    const known = resource && (await lookUpResource(this.db.daos, resource));
    if (!known || !('domainId' in known)) return resource;
    const isUsable = 'accountId' in known ? mayUse(caller, known) : governs(caller, known.domainId);
    return isUsable ? resource : undefined;
  }

  /** What is done is done: that nobody can be told of it is no reason to answer that it was not. */
  private async tell(
    spec: CommandSpec,
    actor: Actor,
    resource: MaybeLater<Resource | undefined>,
    end: ReturnType<typeof endOf>,
  ): Promise<void> {
    try {
      const about = await resource;
      await this.db.transaction((daos) => this.write(daos, spec, actor, about, stepOf(end)));
    } catch (error) {
      this.log('error', 'event not recorded', { requestId: actor.requestId, command: spec.name, event: spec.event, error });
    }
  }

  private async tellOfJob(daos: Daos, spec: CommandSpec, job: NewJob, step: Omit<Step, 'operationId' | 'machineUuid'>): Promise<void> {
    const { instanceType: type, instanceUuid: uuid, machineUuid, operationId } = job;
    const resource = type === null || uuid === null ? undefined : { type, uuid };
    await this.write(daos, spec, job, resource, { ...step, operationId, machineUuid: machineUuid === uuid ? null : machineUuid });
  }

  private async write(daos: Daos, { event: type }: CommandSpec, actor: Actor, resource: About | undefined, step: Step): Promise<void> {
    if (type === undefined) return;
    const known = resource && (await lastKnown(daos, resource));
    // Whose thing it is, as far as that is known; otherwise it is the business of whoever asked.
    const owner = known && 'accountId' in known ? known : actor;
    const event = {
      ...step,
      uuid: randomUUID(),
      type,
      userId: actor.userId,
      accountId: owner.accountId,
      domainId: owner.domainId,
      requestId: actor.requestId,
      resourceType: resource?.type ?? null,
      resourceUuid: resource?.uuid ?? null,
      resourceName: known?.name ?? null,
      archived: false,
      created: this.now(),
    };
    await record(daos, event);
  }
}

/** What was told before, by a server that then died, is announced already. */
async function record(daos: Daos, event: Omit<Event, 'id'>): Promise<void> {
  if (await daos.events.insert(event)) await announce(daos, [event]);
}

const lastKnown = async (daos: Daos, about: About): Promise<Known | undefined> => (await lookUpResource(daos, about)) ?? about.before;

/** The only step of a command that is no job. */
const stepOf = (end: ReturnType<typeof endOf>): Step => ({ state: 'Completed', operationId: null, machineUuid: null, ...end });

const endOf = (spec: CommandSpec, failure: string | undefined, sent?: RequestParameters): Pick<Step, 'level' | 'description'> =>
  failure === undefined
    ? { level: 'INFO', description: textOf(spec, 'is done', sent) }
    : { level: 'ERROR', description: textOf(spec, `failed: ${failure}`, sent) };

/** One line for people; what was asked for follows without the secrets, and is cut if there is too much of it. */
function textOf({ name, parameters }: CommandSpec, what: string, sent: RequestParameters = new Map()): string {
  const shown = sentParameters(parameters, sent).filter(({ declared }) => !declared.sensitive);
  const asked = shown.length === 0 ? '' : ` (${shown.map((parameter) => `${parameter.name}=${parameter.value}`).join(', ')})`;
  const text = `${name} ${what}${asked}`;
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
