import type { Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import type { Domain } from '../dao/domain-dao.js';
import type { Listing, Page } from '../dao/page.js';
import { ApiError, found } from '../errors.js';

/** The name and path of the domain at the top. */
export const ROOT_DOMAIN = 'ROOT';

/** How a login names its domain. */
export interface DomainReference {
  readonly uuid?: string | undefined;
  readonly path?: string | undefined;
}

/** What a list of domains is narrowed by. */
export interface DomainWish {
  readonly uuid: string | undefined;
  readonly name: string | undefined;
  readonly keyword: string | undefined;
}

/** The domains that accounts belong to. */
export class DomainManager {
  constructor(private readonly db: Database) {}

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

  /** An administrator sees all domains, everybody else the own one. */
  async list(caller: Caller, { uuid, name, keyword }: DomainWish, page: Page): Promise<Listing<Domain>> {
    const wanted = uuid === undefined ? undefined : await this.get(uuid);
    const isAdmin = caller.role === 'Admin';
    if (!isAdmin && wanted && wanted.id !== caller.domainId) return { rows: [], total: 0 };
    return this.db.daos.domains.list({ id: isAdmin ? wanted?.id : caller.domainId, name, keyword }, page);
  }
}
