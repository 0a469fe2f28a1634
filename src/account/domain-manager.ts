import { randomUUID } from 'node:crypto';
import type { CacheInvalidation } from '../cache-invalidation.js';
import type { CallContext, Caller } from '../call-context.js';
import type { Daos, Database } from '../dao/database.js';
import { LONGEST_PATH, type Domain, type DomainFilter, type DomainView } from '../dao/domain-dao.js';
import type { Listing, Page } from '../dao/page.js';
import { ApiError, denied, found, invalid, lookUp, refused } from '../errors.js';
import type { ResourceReport, ResourceReports } from '../limits/resource-reports.js';
import { governs } from './access.js';
import { assertHoldNothing } from './holdings.js';
import { refusingDuplicates } from './unique-name.js';

/** The name and path of the domain at the top. */
export const ROOT_DOMAIN = 'ROOT';

/** How a login names its domain. */
export interface DomainReference {
  readonly uuid?: string | undefined;
  readonly path?: string | undefined;
}

/** What a new domain is made of. */
export interface NewDomain {
  readonly name: string;
  /** The caller's unless given. */
  readonly parentUuid: string | undefined;
  /** One is made unless given. */
  readonly uuid: string | undefined;
}

/** What a list of domains is narrowed by. */
export interface DomainWish {
  readonly uuid: string | undefined;
  readonly name: string | undefined;
  readonly level: number | undefined;
  readonly keyword: string | undefined;
  /** For domain administrators: also the domains below the own one. */
  readonly listAll: boolean;
  /** Also what the domains have and may have. */
  readonly withResources: boolean;
}

/** A domain, with what it has and may have if that is asked for. */
export interface DomainWithResources {
  readonly domain: DomainView;
  readonly resources: ResourceReport | undefined;
}

/** Which of the domains below another are asked for. */
export interface ChildrenWish {
  /** The caller's domain unless given. */
  readonly parentUuid: string | undefined;
  readonly name: string | undefined;
  readonly keyword: string | undefined;
  /** Also those further below. */
  readonly isRecursive: boolean;
}

/** The tree of domains that accounts belong to. */
export class DomainManager {
  constructor(
    private readonly db: Database,
    private readonly caches: CacheInvalidation,
    private readonly reports: ResourceReports,
    private readonly now: () => Date,
  ) {}

  async get(uuid: string): Promise<Domain> {
    return found(await this.db.daos.domains.findByUuid(uuid), 'domain', uuid);
  }

  /** The domain that a login names: by uuid, or by a path such as `/north/` below the top; the top if it names none. */
  async findForLogin({ uuid, path }: DomainReference): Promise<Domain | undefined> {
    if (uuid) {
      const domain = await this.db.daos.domains.findByUuid(uuid.toLowerCase());
      if (!domain) throw new ApiError('unauthenticated', 'Invalid domain id entered, please enter a valid one');
      return domain;
    }
    const below = (path ?? '').split('/').filter((name) => name !== '');
    const names = below[0] === ROOT_DOMAIN ? below : [ROOT_DOMAIN, ...below];
    return this.db.daos.domains.findByPath(names.join('/'));
  }

  /** Makes a domain below one that the caller governs. */
  async create(caller: Caller, { name, parentUuid = caller.domainUuid, uuid = randomUUID() }: NewDomain): Promise<DomainWithResources> {
    const { id: parentId } = await this.getGoverned(caller, parentUuid);
    assertName(name);
    const { id } = await refusingDuplicates(`there is a domain ${name} in domain ${parentUuid} already, or a domain with this ID`, () =>
      this.caches.change(
        'identity',
        async (daos) => {
          const parent = found(await daos.domains.touch(parentId), 'domain', parentUuid);
          return daos.domains.insert({ uuid, parentId, name, path: pathOf(parent.path, name), created: this.now() });
        },
        () => uuid,
      ),
    );
    return this.view(id);
  }

  /** Gives the domain another name, so that its path and those of all domains below it change. */
  async rename(caller: Caller, uuid: string, name: string | undefined): Promise<DomainWithResources> {
    const { id } = await this.getGoverned(caller, uuid);
    if (name === undefined) return this.view(id);
    assertName(name);
    await refusingDuplicates(`there is a domain ${name} beside domain ${uuid} already`, () =>
      this.caches.change('identity', async (daos) => move(daos, found(await daos.domains.touch(id), 'domain', uuid), name)),
    );
    return this.view(id);
  }

  /** The domain, which the caller may delete if it is empty. */
  async getDeletable(caller: Caller, uuid: string): Promise<Domain> {
    const domain = await this.getGoverned(caller, uuid);
    assertNotTop(domain);
    if (`${caller.domainPath}/`.startsWith(`${domain.path}/`)) throw refused(`domain ${uuid} is that of the caller, or above it`);
    return domain;
  }

  /** Removes the domain. With `cleanup` also the domains below it and all accounts; refused while these hold anything. */
  async delete(uuid: string, cleanup: boolean, { caller, job }: CallContext): Promise<void> {
    // A job that is run again after a crash finds its work done.
    if (job?.isRepeat && (await this.db.daos.domains.findByUuidIncludingRemoved(uuid))?.removed) return;
    const { id } = await this.getDeletable(caller, uuid);
    await this.caches.change('identity', async (daos) => {
      const { path } = found(await daos.domains.touch(id), 'domain', uuid);
      await daos.domains.touchBelow(path);
      if (!cleanup) await assertEmpty(daos, uuid, path);
      await assertHoldNothing(daos, { domainPath: path }, `domain ${uuid}, or one below it,`);
      const removed = this.now();
      await daos.users.remove({ domainPath: path }, removed);
      await daos.webhooks.removeOwnedBy({ domainPath: path }, removed);
      await daos.accounts.removeIn(path, removed);
      await daos.domains.removeTree(path, removed);
    });
  }

  /** A root administrator sees all domains, a domain administrator its own and, with `listAll`, those below; everybody else the own one. */
  async list(caller: Caller, { uuid, listAll, withResources, ...plain }: DomainWish, page: Page): Promise<Listing<DomainWithResources>> {
    const wanted = await lookUp(uuid, 'domain', (id) => this.db.daos.domains.findByUuid(id));
    const id = wanted?.id;
    if (id !== undefined && id !== caller.domainId && !governs(caller, id)) return { rows: [], total: 0 };
    const which = id === undefined && caller.role !== 'Admin' ? ownOf(caller, listAll) : { id };
    const { rows, total } = await this.db.daos.domains.list({ ...plain, ...which }, page);
    // What a domain has is what all its accounts have: none of the business of one of them.
    const reports = withResources && governs(caller, caller.domainId) ? await this.reports.ofDomains(rows) : undefined;
    return { rows: rows.map((domain) => ({ domain, resources: reports?.get(domain.id) })), total };
  }

  /** The domains below one that the caller governs. */
  async listChildren(caller: Caller, wish: ChildrenWish, page: Page): Promise<Listing<DomainWithResources>> {
    const { parentUuid = caller.domainUuid, isRecursive, ...plain } = wish;
    const { id, path } = await this.getGoverned(caller, parentUuid);
    const which = isRecursive ? { belowPath: path } : { parentId: id };
    const { rows, total } = await this.db.daos.domains.list({ ...plain, ...which }, page);
    return { rows: rows.map((domain) => ({ domain, resources: undefined })), total };
  }

  private async getGoverned(caller: Caller, uuid: string): Promise<Domain> {
    const domain = await this.get(uuid);
    if (!governs(caller, domain.id)) throw denied(`domain ${uuid}`);
    return domain;
  }

  private async view(id: number): Promise<DomainWithResources> {
    const domain = found(await this.db.daos.domains.findView(id), 'domain', String(id));
    return { domain, resources: (await this.reports.ofDomains([domain])).get(id) };
  }
}

/** The caller's own domain, for administrators also all below it. */
const ownOf = (caller: Caller, listAll: boolean): DomainFilter =>
  listAll && governs(caller, caller.domainId) ? { path: caller.domainPath } : { id: caller.domainId };

function assertName(name: string): void {
  if (name.trim() === '') throw invalid('name', 'a domain must have a name');
  if (name.includes('/')) throw invalid('name', `"${name}" has a slash in it, which separates the names of domains in a path`);
}

function assertNotTop({ parentId, name }: Domain): void {
  if (parentId === null) throw refused(`domain ${name} is the top of the tree, which stays as it is`);
}

/** The path of a domain below another one. */
function pathOf(parentPath: string, name: string): string {
  const path = `${parentPath}/${name}`;
  assertLength(path);
  return path;
}

function assertLength(path: string): void {
  if ([...path].length > LONGEST_PATH) throw invalid('name', `paths of domains would be longer than ${LONGEST_PATH} characters`);
}

/** Gives a domain another name and, with all domains below it, another path. */
async function move(daos: Daos, domain: Domain, name: string): Promise<void> {
  assertNotTop(domain);
  const newPath = pathOf(domain.path.slice(0, domain.path.lastIndexOf('/')), name);
  for (const path of await daos.domains.listTreePaths(domain.path)) assertLength(newPath + path.slice(domain.path.length));
  await daos.domains.rename(domain.id, name);
  await daos.domains.moveTree(domain.path, newPath);
}

async function assertEmpty({ domains, accounts }: Daos, uuid: string, path: string): Promise<void> {
  const cure = 'delete them first, or send cleanup=true';
  if (await domains.existBelow(path)) throw refused(`there are domains in domain ${uuid}; ${cure}`);
  if (await accounts.existIn(path)) throw refused(`there are accounts in domain ${uuid}; ${cure}`);
}
