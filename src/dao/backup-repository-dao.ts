import type { Knex } from 'knex';
import type { RepositoryType } from '../backup/repository-type.js';
import { containing, listing, type Listing, type Page } from './page.js';

/** Where a backup provider keeps backups: a file share that it mounts. */
export interface BackupRepository {
  id: number;
  uuid: string;
  zoneId: number;
  name: string;
  /** The provider that uses it; it need not be loaded. */
  provider: string;
  type: RepositoryType;
  address: string;
  /** Sealed; see `Secrets`. */
  mountOptions: string;
  capacityBytes: number | null;
  /** Whether machines may be created in other zones from backups in it. */
  crossZone: boolean;
  created: Date;
  removed: Date | null;
}

/** What a list of repositories is narrowed by. */
export interface BackupRepositoryFilter {
  readonly id?: number | undefined;
  readonly name?: string | undefined;
  readonly zoneId?: number | undefined;
  readonly provider?: string | undefined;
  /** Part of the name or of the provider. */
  readonly keyword?: string | undefined;
}

export type BackupRepositoryChanges = Partial<Pick<BackupRepository, 'name' | 'address' | 'mountOptions' | 'crossZone'>>;

export class BackupRepositoryDao {
  constructor(private readonly db: Knex) {}

  async insert(repository: Omit<BackupRepository, 'id'>): Promise<BackupRepository> {
    const [id] = (await this.db('backup_repository').insert(repository)) as [number];
    return { ...repository, id };
  }

  findByUuid(uuid: string): Promise<BackupRepository | undefined> {
    return this.live().where({ uuid }).first();
  }

  list({ id, name, zoneId, provider, keyword }: BackupRepositoryFilter, page: Page): Promise<Listing<BackupRepository>> {
    const query = containing(this.live(), keyword, ['name', 'provider']).orderBy('id');
    for (const [column, value] of Object.entries({ id, name, zoneId, provider })) {
      if (value !== undefined) void query.where({ [column]: value });
    }
    return listing(query, page);
  }

  async update(id: number, changes: BackupRepositoryChanges): Promise<void> {
    await this.live().where({ id }).update(changes);
  }

  /** Removes the repository; false if somebody else has done so. */
  async remove(id: number, removed: Date): Promise<boolean> {
    return (await this.live().where({ id }).update({ removed, live: null })) === 1;
  }

  private live() {
    return this.db('backup_repository').whereNull('removed');
  }
}
