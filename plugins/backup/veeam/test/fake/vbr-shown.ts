import { VCENTER, type Estate, type FakeJob, type FakeRestorePoint } from './estate.js';
import type { FakeAnswer, FakeRequest } from './server.js';
import type { FakeSession } from './sessions.js';
import { answer, failure } from './vbr-answers.js';
import { placesOf, platformOf, sessionTypesOf, type VbrDoubts, type VbrFacts } from './vbr-facts.js';

/** What a path names. */
export const ID = '([^/]+)';

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

  /** Objects of the inventory, which only newer revisions show without a size beside them. */
  listed(object: Record<string, unknown>) {
    return this.facts.isNewest ? { ...object, size: '1 GB' } : { inventoryObject: object, size: '1 GB' };
  }

  object(type: string, name: string, objectId: string) {
    const platform = platformOf(this.facts);
    return { hostName: VCENTER, name, type, objectId, ...(platform === undefined ? {} : { platform }) };
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

  session({ id, kind, name, jobId, initiatedBy, createdAt, endedAt, state, percent, result, message }: FakeSession) {
    return {
      ...{ id, name, sessionType: sessionTypesOf(this.facts)[kind], creationTime: createdAt, state, progressPercent: percent },
      ...(jobId === undefined ? {} : { jobId }),
      ...(endedAt === undefined ? {} : { endTime: endedAt }),
      ...(this.facts.isNewest ? { initiatedBy } : {}),
      result: { result, message, isCanceled: false },
    };
  }

  point({ id, backupId, machine, createdAt, type }: FakeRestorePoint) {
    const about = { id, name: machine.name, platformName: 'VMware', creationTime: createdAt, backupId };
    return { ...about, ...(this.facts.isNewer ? { type } : {}), allowedOperations: ['StartEntireVmRestore', 'StartFCDInstantRecovery'] };
  }
}

/** Nothing to say. */
export const ok: FakeAnswer = { status: 204 };

/** There is no such thing. */
export const none = (what: string): FakeAnswer => failure(404, 'NotFound', `The ${what} does not exist`);

/** The answer about the thing, if it is there. */
export function withThing<T>(thing: T | undefined, what: string, then: (thing: T) => FakeAnswer): FakeAnswer {
  return thing === undefined ? none(what) : then(thing);
}

/** Whether the name fits the filter of the request, which asterisks open. */
export function fits(name: string, { query }: FakeRequest): boolean {
  const filter = query.get('nameFilter');
  if (filter === null) return true;
  const [plain, lower] = [filter.replaceAll('*', '').toLowerCase(), name.toLowerCase()];
  return filter.includes('*') ? lower.includes(plain) : lower.includes(plain);
}
