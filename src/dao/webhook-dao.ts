import type { Knex } from 'knex';
import { isDuplicate } from './database-error.js';
import { ownedBy, type Owners } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';

export type WebhookState = 'Enabled' | 'Disabled';

/**
 * - `Local`: hears of what is its account's
 * - `Domain`: of what belongs to one domain and to every domain below it
 * - `Global`: of everything
 */
export type WebhookScope = 'Local' | 'Domain' | 'Global';

/** An address that is told of events. */
export interface Webhook {
  id: number;
  uuid: string;
  name: string;
  description: string | null;
  state: WebhookState;
  scope: WebhookScope;
  accountId: number;
  /** The account's: whoever administers it may use the webhook. */
  domainId: number;
  /** The one that a webhook of the scope `Domain` hears of: `domainId`, or one below it. */
  heardDomainId: number;
  /** Which of the account's webhooks it is, from 0; no two have the same. */
  number: number;
  payloadUrl: string;
  /** Sealed, see `Secrets`; null if what is sent is not signed. */
  secretKey: string | null;
  /** Whether the certificate of the receiver is checked. */
  sslVerification: boolean;
  /** Since when deliveries have been given up; null while they arrive. */
  failingSince: Date | null;
  created: Date;
}

/** A webhook with the names that answers show. */
export interface WebhookView extends Webhook {
  accountName: string;
  domainUuid: string;
  domainPath: string;
  heardDomainUuid: string;
}

/** What can be changed of a webhook; undefined stays as it is. */
export type WebhookChanges = {
  readonly [K in 'name' | 'description' | 'state' | 'scope' | 'payloadUrl' | 'secretKey' | 'sslVerification']?: Webhook[K] | undefined;
};

/** What a list of webhooks is narrowed by. */
export interface WebhookFilter extends Owners {
  readonly id?: number | undefined;
  readonly name?: string | undefined;
  readonly state?: WebhookState | undefined;
  readonly scope?: WebhookScope | undefined;
  /** Part of the name. */
  readonly keyword?: string | undefined;
}

export class WebhookDao {
  constructor(private readonly db: Knex) {}

  /** False if the account has a webhook of this number. */
  async insert(webhook: Omit<Webhook, 'id'>): Promise<boolean> {
    try {
      await this.db('webhook').insert(webhook);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  findByUuid(uuid: string): Promise<WebhookView | undefined> {
    return this.views(this.live().where({ uuid })).first();
  }

  findByUuidIncludingRemoved(uuid: string): Promise<Webhook | undefined> {
    return this.db('webhook').where({ uuid }).first();
  }

  /** Oldest first. */
  list({ keyword, id, name, state, scope, ...owners }: WebhookFilter, page: Page): Promise<Listing<WebhookView>> {
    const wanted = containing(ownedBy(this.live(), owners), keyword, ['name']).orderBy('id');
    for (const [column, value] of Object.entries({ id, name, state, scope }))
      if (value !== undefined) void wanted.where({ [column]: value });
    return listing(wanted, page, (rows) => this.views(rows));
  }

  /** The numbers of the account's webhooks. */
  async numbersOf(accountId: number): Promise<number[]> {
    const rows = (await this.live().where({ accountId }).select('number')) as { number: number }[];
    return rows.map(({ number }) => number);
  }

  /** The webhooks that hear of what happens to the things of the owner. */
  listHearing({ accountId, domainId }: { readonly accountId: number; readonly domainId: number }): Promise<Webhook[]> {
    const wanted = this.db
      .withRecursive('above', (above) => {
        void above
          .select('id', 'parentId')
          .from('domain')
          .where({ id: domainId })
          .union((next) => void next.select('domain.id', 'domain.parentId').from('domain').join('above', 'above.parentId', 'domain.id'));
      })
      .from(hearing(this.db).as('webhook'))
      .where((either) => {
        void either.where({ scope: 'Global' }).orWhere({ scope: 'Local', accountId });
        void either.orWhere(
          (domain) => void domain.where({ scope: 'Domain' }).whereIn('heardDomainId', this.db.select('id').from('above')),
        );
      })
      .orderBy('id')
      .select('*');
    return withinPower(wanted, 'webhook.scope');
  }

  async update(id: number, changes: WebhookChanges): Promise<void> {
    await this.live().where({ id }).update(changes);
  }

  /** Notes that a delivery has been given up; false if that is known already. */
  async fail(id: number, failingSince: Date): Promise<boolean> {
    return (await this.live().where({ id }).whereNull('failingSince').update({ failingSince })) === 1;
  }

  /** Notes that a delivery has arrived again. */
  async recover(id: number): Promise<void> {
    await this.live().where({ id }).update({ failingSince: null });
  }

  /** Removes the webhooks of the owners and forgets their secrets. */
  async removeOwnedBy(owners: Owners, removed: Date): Promise<void> {
    await ownedBy(this.live(), owners).update(gone(removed));
  }

  /** As `removeOwnedBy`; false if somebody else has removed it. */
  async remove(id: number, removed: Date): Promise<boolean> {
    return (await this.live().where({ id }).update(gone(removed))) === 1;
  }

  private live() {
    return this.db('webhook').whereNull('removed');
  }

  private views(rows: Knex.QueryBuilder): Knex.QueryBuilder {
    return this.db
      .from(rows.as('webhook'))
      .join('account', 'account.id', 'webhook.accountId')
      .join('domain', 'domain.id', 'webhook.domainId')
      .join('domain as heard', 'heard.id', 'webhook.heardDomainId')
      .orderBy('webhook.id')
      .select('webhook.*', 'account.name as accountName', 'domain.uuid as domainUuid', 'domain.path as domainPath')
      .select('heard.uuid as heardDomainUuid');
  }
}

const gone = (removed: Date) => ({ removed, live: null, number: null, secretKey: null });

/** The webhooks that are enabled, of accounts that are too, each with the type of their role as `roleType`. */
export const hearing = (db: Knex): Knex.QueryBuilder =>
  db('webhook')
    .join('account', 'account.id', 'webhook.accountId')
    .join('role', 'role.id', 'account.roleId')
    .where({ 'webhook.state': 'Enabled' })
    .whereNull('webhook.removed')
    .whereNull('account.removed')
    .whereNot({ 'account.state': 'disabled' })
    .select('webhook.*', 'role.type as roleType');

/** Limits a query on what is `hearing`, as webhook, to where the role may still hear of as much as the column says. */
export const withinPower = <Q extends Knex.QueryBuilder>(query: Q, scope: 'webhook.scope' | 'delivery.scope'): Q =>
  query.where((either) => {
    void either.where(scope, 'Local').orWhere('webhook.roleType', 'Admin');
    void either.orWhere({ [scope]: 'Domain', 'webhook.roleType': 'DomainAdmin' });
  }) as Q;
