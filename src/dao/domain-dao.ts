import type { Knex } from 'knex';
import { below, inTree } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';

/** Most characters of a path. */
export const LONGEST_PATH = 700;

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

/** A domain with what answers show of those around it. */
export interface DomainView extends Domain {
  parentUuid: string | null;
  parentName: string | null;
  hasChild: boolean;
}

/** What a list of domains is narrowed by. */
export interface DomainFilter {
  readonly id?: number | undefined;
  readonly parentId?: number | undefined;
  readonly name?: string | undefined;
  /** How far below the top, which is 0. */
  readonly level?: number | undefined;
  /** The path of a domain: it and every domain below it. */
  readonly path?: string | undefined;
  /** As `path`, without the domain itself. */
  readonly belowPath?: string | undefined;
  readonly keyword?: string | undefined;
}

export class DomainDao {
  constructor(private readonly db: Knex) {}

  async insert(domain: Omit<Domain, 'id'>): Promise<Domain> {
    const [id] = (await this.db('domain').insert(domain)) as [number];
    return { ...domain, id };
  }

  findById(id: number): Promise<Domain | undefined> {
    return this.live().where({ id }).first();
  }

  findByUuid(uuid: string): Promise<Domain | undefined> {
    return this.live().where({ uuid }).first();
  }

  findByUuidIncludingRemoved(uuid: string): Promise<(Domain & { removed: Date | null }) | undefined> {
    return this.db('domain').where({ uuid }).first();
  }

  findByPath(path: string): Promise<Domain | undefined> {
    return this.live().where({ path }).first();
  }

  /** The domains at the paths, those at the top first. */
  listByPaths(paths: readonly string[]): Promise<Domain[]> {
    return this.live().whereIn('path', paths).orderBy('path');
  }

  findView(id: number): Promise<DomainView | undefined> {
    return this.views().where('domain.id', id).first();
  }

  /** The ids of the domain at the path and of every domain below it. */
  async listTreeIds(path: string): Promise<number[]> {
    const rows = (await inTree(this.live(), path).select('id')) as { id: number }[];
    return rows.map(({ id }) => id);
  }

  /** The paths of the domain at the path and of every domain below it. */
  async listTreePaths(path: string): Promise<string[]> {
    const rows = (await inTree(this.live(), path).select('path')) as { path: string }[];
    return rows.map((row) => row.path);
  }

  /** Whether there are domains below the path. */
  async existBelow(path: string): Promise<boolean> {
    return (await below(this.live(), path).first('id')) !== undefined;
  }

  list({ level, path, belowPath, keyword, ...plain }: DomainFilter, page: Page): Promise<Listing<DomainView>> {
    const wanted = containing(this.live(), keyword, ['name']).orderBy('id');
    for (const [column, value] of Object.entries(plain)) if (value !== undefined) void wanted.where({ [column]: value });
    if (path !== undefined) void inTree(wanted, path);
    if (belowPath !== undefined) void below(wanted, belowPath);
    if (level !== undefined) void wanted.whereRaw(`length(??) - length(replace(??, '/', '')) = ?`, ['path', 'path', level]);
    return listing(wanted, page, (rows) => this.views(rows));
  }

  /**
   * Notes that something is put into the domain, and answers the domain as it is then; undefined if it is gone. Whoever removes the
   * domain does so too, first of all in the transaction: so one of the two sees what the other has done.
   */
  async touch(id: number): Promise<Domain | undefined> {
    const touched = await this.live().where({ id }).increment('revision');
    return touched === 1 ? this.findById(id) : undefined;
  }

  /** As `touch`, for every domain below the path. */
  async touchBelow(path: string): Promise<void> {
    await below(this.live(), path).increment('revision');
  }

  async rename(id: number, name: string): Promise<void> {
    await this.db('domain').where({ id }).update({ name });
  }

  /** Gives the domain at `path`, and every domain below it, paths that begin with `newPath` instead. */
  async moveTree(path: string, newPath: string): Promise<void> {
    const rest = [...path].length + 1;
    await inTree(this.live(), path).update({ path: this.db.raw('concat(?, substr(??, ?))', [newPath, 'path', rest]) });
  }

  /** Removes the domain at the path and every domain below it. */
  async removeTree(path: string, removed: Date): Promise<void> {
    await inTree(this.live(), path).update({ removed, live: null });
  }

  private live() {
    return this.db('domain').whereNull('removed');
  }

  private views(rows?: Knex.QueryBuilder) {
    const hasChild = this.db('domain as child').whereRaw('?? = ??', ['child.parentId', 'domain.id']).whereNull('child.removed');
    return this.db
      .from(rows === undefined ? 'domain' : rows.as('domain'))
      .leftJoin('domain as parent', 'parent.id', 'domain.parentId')
      .select('domain.*', 'parent.uuid as parentUuid', 'parent.name as parentName')
      .select(this.db.raw('exists ? as ??', [hasChild.select(this.db.raw('1')), 'hasChild']))
      .orderBy('domain.id');
  }
}
