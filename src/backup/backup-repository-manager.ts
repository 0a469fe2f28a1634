import { randomUUID } from 'node:crypto';
import type { BackupRepository, BackupRepositoryChanges } from '../dao/backup-repository-dao.js';
import type { Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import type { Zone } from '../dao/zone-dao.js';
import { found, invalid, lookUp, NotFound, refused } from '../errors.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import type { Secrets } from '../secrets.js';
import { assertAddress, readRepositoryType } from './repository-type.js';

const PROVIDER_NAME = /^[a-z][a-z0-9-]{0,63}$/;

/** What an administrator says of a new repository. */
export interface NewRepository {
  readonly name: string;
  readonly address: string;
  /** The name of a `RepositoryType`, in any case. */
  readonly type: string;
  /** The name of a provider, which need not be loaded. */
  readonly provider: string;
  readonly mountOptions: string;
  readonly zoneUuid: string;
  readonly capacityBytes: number | undefined;
  readonly crossZone: boolean;
}

/** What an administrator changes of a repository. */
export type RepositoryChanges = { readonly [K in 'name' | 'address' | 'mountOptions' | 'crossZone']: NewRepository[K] | undefined };

/** What a list of repositories is narrowed by. */
export interface RepositoryWish {
  readonly uuid: string | undefined;
  readonly name: string | undefined;
  readonly zoneUuid: string | undefined;
  readonly provider: string | undefined;
  readonly keyword: string | undefined;
}

/** A repository as administrators see it: its mount options can be read. */
export interface RepositoryView extends BackupRepository {
  readonly zone: Zone;
}

/** The file shares in which backup providers keep backups. */
export class BackupRepositoryManager {
  constructor(
    private readonly db: Database,
    private readonly zones: ZoneDirectory,
    private readonly secrets: Secrets,
    private readonly now: () => Date,
  ) {}

  async add({ zoneUuid, ...wish }: NewRepository): Promise<RepositoryView> {
    const zone = this.zones.get(zoneUuid);
    const type = readRepositoryType(wish.type);
    assertAddress(type, wish.address);
    const provider = wish.provider.toLowerCase();
    if (!PROVIDER_NAME.test(provider)) throw invalid('provider', `"${wish.provider}" is not the name of a backup provider, such as nas`);
    const capacityBytes = wish.capacityBytes ?? null;
    if (capacityBytes !== null && capacityBytes < 0) throw invalid('capacitybytes', `${capacityBytes} is negative`);
    const mountOptions = this.secrets.seal(wish.mountOptions);
    const identity = { uuid: randomUUID(), zoneId: zone.id, created: this.now(), removed: null };
    const row = { ...wish, ...identity, type, provider, capacityBytes, mountOptions };
    const about = () => identity.uuid;
    return this.view(await this.db.change(({ repositories }) => repositories.insert(row), about));
  }

  /** Changes what is given: no name and no address is empty, but there may be no mount options. */
  async update(uuid: string, { name, address, mountOptions, crossZone }: RepositoryChanges): Promise<RepositoryView> {
    const repository = await this.get(uuid);
    if (address) assertAddress(repository.type, address);
    const changes: BackupRepositoryChanges = {
      ...(name ? { name } : {}),
      ...(address ? { address } : {}),
      ...(mountOptions === undefined ? {} : { mountOptions: this.secrets.seal(mountOptions) }),
      ...(crossZone === undefined ? {} : { crossZone }),
    };
    if (Object.keys(changes).length > 0) {
      await this.db.change(({ repositories }) => repositories.update(repository.id, changes));
    }
    return this.view({ ...repository, ...changes });
  }

  async list({ uuid, zoneUuid, ...plain }: RepositoryWish, page: Page): Promise<Listing<RepositoryView>> {
    const one = await lookUp(uuid, 'backup repository', (id) => this.db.daos.repositories.findByUuid(id));
    const zoneId = zoneUuid === undefined ? undefined : this.zones.get(zoneUuid).id;
    const { rows, total } = await this.db.daos.repositories.list({ ...plain, id: one?.id, zoneId }, page);
    return { rows: rows.map((row) => this.view(row)), total };
  }

  /** Forgets the repository, unless there are backups in it; what it holds otherwise is left as it is. */
  async delete(uuid: string): Promise<void> {
    const { id, zoneId } = await this.get(uuid);
    await this.db.change(async ({ repositories, backups }) => {
      if (!(await repositories.remove(id, this.now()))) throw new NotFound('backup repository', uuid);
      // An offering that is a repository has its uuid as external id.
      if (await backups.existForExternalOffering(zoneId, uuid)) {
        throw refused(`backup repository ${uuid} has backups; delete them first`);
      }
    });
  }

  private async get(uuid: string): Promise<BackupRepository> {
    return found(await this.db.daos.repositories.findByUuid(uuid), 'backup repository', uuid);
  }

  private view(repository: BackupRepository): RepositoryView {
    const { zoneId, mountOptions } = repository;
    return { ...repository, zone: this.zones.getById(zoneId), mountOptions: this.secrets.open(mountOptions) };
  }
}
