import type { Knex } from 'knex';
import { inTree } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';

/** A domain: a place in the tree of customers. */
export interface Domain {
  id: number;
  uuid: string;
  parentId: number | null;
  name: string;
  /** From the top, such as `ROOT/north`. */
  path: string;
  created: Date;
}

/** What a list of domains is narrowed by. */
export interface DomainFilter {
  readonly id?: number | undefined;
  readonly name?: string | undefined;
  readonly keyword?: string | undefined;
}

export class DomainDao {
  constructor(private readonly db: Knex) {}

  async insert(domain: Omit<Domain, 'id'>): Promise<Domain> {
    const [id] = (await this.db('domain').insert(domain)) as [number];
    return { ...domain, id };
  }

  findByUuid(uuid: string): Promise<Domain | undefined> {
    return this.live().where({ uuid }).first();
  }

  findByPath(path: string): Promise<Domain | undefined> {
    return this.live().where({ path }).first();
  }

  /** The domains at the paths, those at the top first. */
  listByPaths(paths: readonly string[]): Promise<Domain[]> {
    return this.live().whereIn('path', paths).orderBy('path');
  }

  /** The ids of the domain at the path and of every domain below it. */
  async listTreeIds(path: string): Promise<number[]> {
    const rows = (await inTree(this.live(), path).select('id')) as { id: number }[];
    return rows.map(({ id }) => id);
  }

  list({ id, name, keyword }: DomainFilter, page: Page): Promise<Listing<Domain>> {
    const query = containing(this.live(), keyword, ['name']).orderBy('id');
    if (id !== undefined) void query.where({ id });
    if (name !== undefined) void query.where({ name });
    return listing(query, page);
  }

  private live() {
    return this.db('domain').whereNull('removed');
  }
}
