import { assertMayUse, type Access, type OwnerWish } from '../account/access.js';
import type { Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import type { Owners } from '../dao/owned.js';
import type { Listing, Page } from '../dao/page.js';
import type { Period, UsageKey, UsageView } from '../dao/usage-ledger-dao.js';
import { invalid, lookUp } from '../errors.js';
import { BACKUP_USAGE } from './usage-type.js';
import { usageWithin, type Usage } from './usage-within.js';

/** What a list of usage is narrowed by. */
export interface UsageWish extends Period {
  readonly accountUuid: string | undefined;
  /** CloudStack's number; only usage of backups is recorded. */
  readonly type: number | undefined;
  readonly vmUuid: string | undefined;
  readonly keyword: string | undefined;
}

/** What a machine used under an offering, with the names that answers show. */
export type UsageRecord = UsageView & Usage & { readonly period: Period };

/** So many machines have their changes read at once: those of a year with a backup every hour fit into memory. */
const CHUNK = 25;

/** Tells what the backups of machines have used, from the ledger: always as of now. */
export class UsageManager {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly now: () => Date,
  ) {}

  /** One record for each machine and offering that counted in the period; of a period that has not ended, what has been used so far. */
  async list(caller: Caller, owners: OwnerWish, wish: UsageWish, page: Page): Promise<Listing<UsageRecord>> {
    const { start, end, accountUuid, type, vmUuid, keyword } = wish;
    if (end < start) throw invalid('enddate', 'is before startdate');
    const account = await lookUp(accountUuid, 'account', (id) => this.db.daos.accounts.findByUuid(id));
    if (account) assertMayUse(caller, { accountId: account.id, domainId: account.domainId }, `account ${account.uuid}`);
    const vm = await lookUp(vmUuid, 'virtual machine', (id) => this.db.daos.vms.findByUuidIncludingRemoved(id));
    const narrowed: Owners = account ? { accountId: account.id } : await this.access.owners(caller, owners);
    const isOfOtherType = type !== undefined && type !== BACKUP_USAGE.id;
    if (isOfOtherType || start > this.now()) return { rows: [], total: 0 };
    const period = { start, end: new Date(Math.min(end.getTime(), this.now().getTime())) };
    const { rows, total } = await this.db.daos.usage.listUsed({ ...narrowed, vmId: vm?.id, keyword }, period, page);
    return { rows: await this.withUsage(rows, period), total };
  }

  private async withUsage(rows: readonly UsageView[], period: Period): Promise<UsageRecord[]> {
    const records: UsageRecord[] = [];
    for (let from = 0; from < rows.length; from += CHUNK) {
      const chunk = rows.slice(from, from + CHUNK);
      const vmIds = [...new Set(chunk.map(({ vmId }) => vmId))];
      const changes = await this.db.daos.usage.listChanges(vmIds, period);
      const changesOf = (row: UsageKey) => changes.filter((change) => keyOf(change) === keyOf(row));
      records.push(...chunk.map((row) => ({ ...row, ...usageWithin(period, row, changesOf(row)), period })));
    }
    return records;
  }
}

const keyOf = ({ vmId, policyId, accountId }: UsageKey): string => [vmId, policyId, accountId].join();
