import type { Database } from '../dao/database.js';
import type { Owning } from '../dao/owned.js';
import type { LimitedAccount, OwnerLimits } from './owner-limits.js';
import { GIB, unitsOf, type Amounts } from './resource-type.js';
import { addedUp, commonPath, countedAbove, NOTHING, type Totals } from './totals.js';

/** What clients show the use and the limits of. */
export type ResourceKind =
  | 'vm'
  | 'cpu'
  | 'memory'
  | 'volume'
  | 'snapshot'
  | 'template'
  | 'primarystorage'
  | 'secondarystorage'
  | 'backup'
  | 'backupstorage'
  | 'bucket'
  | 'objectstorage'
  | 'ip'
  | 'network'
  | 'vpc';

/** How much there is of each kind, memory in MiB and storage in GiB. */
export type ResourceReport = Readonly<Record<ResourceKind, { readonly total: number; /** -1 if there is none. */ readonly limit: number }>>;

/** What accounts and domains have and may have, for lists of them: in the same number of statements however many they are. */
export class ResourceReports {
  constructor(
    private readonly db: Database,
    private readonly limits: OwnerLimits,
  ) {}

  /** Reports of accounts, by id. */
  async ofAccounts(accounts: readonly LimitedAccount[]): Promise<ReadonlyMap<number, ResourceReport>> {
    if (accounts.length === 0) return new Map();
    const limited = await this.limits.ofAccounts(this.db.daos, accounts);
    const totals = addedUp(await this.counted({ accountIds: accounts.map(({ id }) => id) }));
    return new Map(limited.map(({ id, limits }) => [id, reportOf(totals.get(id) ?? NOTHING, limits)]));
  }

  /** Reports of domains with everything below them, by id. */
  async ofDomains(domains: readonly { readonly path: string }[]): Promise<ReadonlyMap<number, ResourceReport>> {
    if (domains.length === 0) return new Map();
    const paths = domains.map(({ path }) => path);
    const limited = await this.limits.ofDomains(this.db.daos, paths);
    const totals = addedUp(countedAbove(await this.counted({ domainPath: commonPath(paths) })));
    return new Map(limited.map(({ id, counted, limits }) => [id, reportOf(totals.get(counted.domainPath ?? '') ?? NOTHING, limits)]));
  }

  private async counted(owning: Owning) {
    const { vms, volumes, backups } = this.db.daos;
    return (await Promise.all([vms.countPerOwner(owning), volumes.countPerOwner(owning), backups.usePerOwner(owning)])).flat();
  }
}

function reportOf(totals: Totals, limits: Amounts): ResourceReport {
  const unlimited = (total: number) => ({ total, limit: -1 });
  const none = unlimited(0);
  return {
    vm: unlimited(totals.machines),
    cpu: unlimited(totals.cpus),
    memory: unlimited(totals.memoryMb),
    volume: unlimited(totals.volumes),
    primarystorage: unlimited(Math.ceil(totals.volumeBytes / GIB)),
    backup: { total: totals.backups, limit: unitsOf('backup', limits.backup) },
    backupstorage: { total: unitsOf('backup_storage', totals.backupBytes), limit: unitsOf('backup_storage', limits.backup_storage) },
    // There are no things of these kinds here.
    snapshot: none,
    template: none,
    secondarystorage: none,
    bucket: none,
    objectstorage: none,
    ip: none,
    network: none,
    vpc: none,
  };
}
