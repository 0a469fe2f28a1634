import type { Knex } from 'knex';
import { ownedBy, type OwnerNames, type Owners } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';

/**
 * - `Assigned`, `Released`: a machine came under an offering, or left it
 * - `Held`, `Gone`: the provider holds a backup, or no longer does
 * - `Resized`: a backup that it holds takes up more, or less, than before
 */
export type UsageFact = 'Assigned' | 'Released' | 'Held' | 'Gone' | 'Resized';

/** An entry of the ledger. It is never changed; sums over entries say how things stood at any time. */
export interface LedgerEntry {
  fact: UsageFact;
  vmId: number;
  policyId: number;
  zoneId: number;
  accountId: number;
  domainId: number;
  backupId: number | null;
  /** Of the backup when the fact came true; 0 for facts of machines. */
  revision: number;
  /** Adds or takes away one reason to count the machine under the offering, or neither. */
  reasons: 1 | 0 | -1;
  /** What comes or goes at the provider. */
  storedBytes: number;
  /** The size of the volumes that come or go with it. */
  logicalBytes: number;
  /** When it happened. */
  created: Date;
}

/** How things stand, or by how much they change. */
export type Balance = Pick<LedgerEntry, 'storedBytes' | 'logicalBytes'> & { readonly reasons: number };

/** A machine under an offering, for one owner. */
export interface UsageKey {
  vmId: number;
  policyId: number;
  accountId: number;
}

/** A machine that counted in a period, with how things stood when the period began. */
export interface UsageView extends UsageKey, OwnerNames, Balance {
  vmUuid: string;
  vmName: string;
  offeringUuid: string;
  offeringName: string;
}

/** What a list of usage is narrowed by. */
export interface UsageFilter extends Owners {
  readonly vmId?: number | undefined;
  readonly keyword?: string | undefined;
}

export interface Period {
  readonly start: Date;
  readonly end: Date;
}

const KEY = ['vmId', 'policyId', 'accountId'];

export class UsageLedgerDao {
  constructor(private readonly db: Knex) {}

  /** Fails with a duplicate key if the fact about the backup is there already, at the same revision. */
  async append(...entries: LedgerEntry[]): Promise<void> {
    if (entries.length > 0) await this.db('usage_ledger').insert(entries);
  }

  /** Whether the machine has come under the offering and not left it. */
  async isAssigned({ vmId, policyId }: Pick<UsageKey, 'vmId' | 'policyId'>): Promise<boolean> {
    const entries = this.db('usage_ledger').where({ vmId, policyId, backupId: null });
    const sum = (await entries.sum({ reasons: 'reasons' }).first()) as { reasons: number | string | null };
    return Number(sum.reasons) > 0;
  }

  /** The machines that counted at some time in the period, oldest machine first. */
  async listUsed({ vmId, keyword, ...owners }: UsageFilter, { start, end }: Period, page: Page): Promise<Listing<UsageView>> {
    const entries = ownedBy(this.db('usage_ledger').where('created', '<', end), owners);
    if (vmId !== undefined) void entries.where({ vmId });
    if (keyword) void entries.whereIn('vmId', containing(this.db('virtual_machine').select('id'), keyword, ['name']));
    const opening = (column: string) => this.db.raw('sum(case when ?? <= ? then ?? else 0 end) as ??', ['created', start, column, column]);
    // There was a reason when the period began, or one came up in it.
    const isUsed = this.db.raw('sum(case when ?? <= ? or ?? > 0 then ?? else 0 end) > 0', ['created', start, 'reasons', 'reasons']);
    const used = entries
      .select(...KEY, 'domainId', 'zoneId', ...['reasons', 'storedBytes', 'logicalBytes'].map(opening))
      .groupBy(...KEY, 'domainId', 'zoneId')
      .having(isUsed);
    const { rows, total } = await listing<UsageView>(this.db.from(used.as('entry')).orderBy(KEY), page, (shown) => this.views(shown));
    return { rows: rows.map(inNumbers), total };
  }

  /** What changed for the machines after the period began and before it ended, in the order in which it happened. */
  listChanges(vmIds: readonly number[], { start, end }: Period): Promise<LedgerEntry[]> {
    return this.db('usage_ledger')
      .whereIn('vmId', [...vmIds])
      .where('created', '>', start)
      .where('created', '<', end)
      .orderBy(['created', 'id']);
  }

  private views(entries: Knex.QueryBuilder) {
    return this.db
      .from(entries.as('entry'))
      .join('virtual_machine as vm', 'vm.id', 'entry.vmId')
      .join('backup_policy as offering', 'offering.id', 'entry.policyId')
      .join('zone', 'zone.id', 'entry.zoneId')
      .join('account', 'account.id', 'entry.accountId')
      .join('domain', 'domain.id', 'entry.domainId')
      .orderBy(KEY.map((column) => `entry.${column}`))
      .select(
        'entry.*',
        'vm.uuid as vmUuid',
        'vm.name as vmName',
        'offering.uuid as offeringUuid',
        'offering.name as offeringName',
        'zone.uuid as zoneUuid',
        'zone.name as zoneName',
        'account.uuid as accountUuid',
        'account.name as accountName',
        'domain.uuid as domainUuid',
        'domain.path as domainPath',
      );
  }
}

/** Some databases answer sums as text. */
const inNumbers = (row: UsageView): UsageView => ({
  ...row,
  reasons: Number(row.reasons),
  storedBytes: Number(row.storedBytes),
  logicalBytes: Number(row.logicalBytes),
});
