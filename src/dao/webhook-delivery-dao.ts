import type { Knex } from 'knex';
import { removeInBatches } from './batches.js';
import { ownedBy, type Owners } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';
import { hearing, withinPower, type Webhook, type WebhookScope } from './webhook-dao.js';

/**
 * - `Pending`: is to be made, or made again
 * - `Delivered`: the receiver has confirmed it
 * - `Failed`: has been given up
 */
export type DeliveryState = 'Pending' | 'Delivered' | 'Failed';

/** What a webhook is told of one event. */
export interface WebhookDelivery {
  id: number;
  uuid: string;
  webhookId: number;
  eventUuid: string;
  eventType: string;
  /** Whose event it is. */
  accountUuid: string;
  payload: string;
  /** What the webhook had when it heard of the event: who may not hear of so much any more is neither told nor shown it. */
  scope: WebhookScope;
  state: DeliveryState;
  /** How often it was begun; whoever begins it goes by this number. */
  attempts: number;
  /** While it is pending: not to be begun before. */
  due: Date;
  /** The last attempt. */
  started: Date | null;
  completed: Date | null;
  /** What the receiver has answered to it, or why there is no answer. */
  response: string | null;
  created: Date;
}

/** A delivery with its webhook's names. */
export interface WebhookDeliveryView extends WebhookDelivery {
  webhookUuid: string;
  webhookName: string;
}

/** A delivery that is to be made, with what is needed of its webhook. */
export interface DueDelivery extends WebhookDeliveryView, Pick<Webhook, 'payloadUrl' | 'secretKey' | 'sslVerification' | 'failingSince'> {}

/** Which deliveries are meant: those that meet every condition that is given, of webhooks that the owners have. */
export interface DeliverySelection extends Owners {
  readonly id?: number | undefined;
  readonly webhookId?: number | undefined;
  readonly eventType?: string | undefined;
  /** Heard under one of these. */
  readonly scopes?: readonly WebhookScope[] | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  /** Part of the payload. */
  readonly keyword?: string | undefined;
}

/** An attempt as it was begun. */
export type Attempt = Pick<WebhookDelivery, 'id' | 'attempts'>;

/** What came of an attempt; one that is to be made again is still pending, and due. */
export type AttemptOutcome = Pick<WebhookDelivery, 'state' | 'response' | 'completed'> & Partial<Pick<WebhookDelivery, 'due'>>;

export class WebhookDeliveryDao {
  constructor(private readonly db: Knex) {}

  async insertAll(deliveries: readonly Omit<WebhookDelivery, 'id'>[]): Promise<void> {
    if (deliveries.length > 0) await this.db('webhook_delivery').insert([...deliveries]);
  }

  findByUuid(uuid: string): Promise<WebhookDeliveryView | undefined> {
    return this.views(this.db('webhook_delivery').where({ uuid })).first();
  }

  /** Newest first. */
  list(selection: DeliverySelection, page: Page): Promise<Listing<WebhookDeliveryView>> {
    return listing(this.selected(selection).orderBy('id', 'desc'), page, (rows) => this.views(rows));
  }

  /** The oldest pending delivery of each webhook that hears, where that is due: of one webhook, no other may be made before. */
  listDueHeads(now: Date, limit: number): Promise<DueDelivery[]> {
    const heads = this.db('webhook_delivery').where({ state: 'Pending' }).groupBy('webhookId').min({ id: 'id' }).as('head');
    const due = this.db
      .from(heads)
      .join('webhook_delivery as delivery', 'delivery.id', 'head.id')
      .join(hearing(this.db).as('webhook'), 'webhook.id', 'delivery.webhookId')
      .where('delivery.due', '<=', now)
      .orderBy('delivery.due')
      .limit(limit)
      .select('delivery.*', 'webhook.uuid as webhookUuid', 'webhook.name as webhookName')
      .select('webhook.payloadUrl', 'webhook.secretKey', 'webhook.sslVerification', 'webhook.failingSince');
    return withinPower(due, 'delivery.scope');
  }

  /** Begins an attempt, which others may take for lost from `until` on; false if somebody else was faster. */
  async begin({ id, attempts }: Attempt, started: Date, until: Date): Promise<boolean> {
    const begun = { attempts: attempts + 1, started, due: until };
    return (await this.pending({ id, attempts }).update(begun)) === 1;
  }

  /** Records what came of the attempt; false if another one has been begun since. */
  async end(attempt: Attempt, outcome: AttemptOutcome): Promise<boolean> {
    return (await this.pending(attempt).update(outcome)) === 1;
  }

  /** The signal ends it early. */
  delete(selection: DeliverySelection, signal?: AbortSignal): Promise<void> {
    return removeInBatches(this.db, 'webhook_delivery', this.selected(selection), signal);
  }

  /** Deletes those of a webhook that is gone. */
  deleteOf(webhookId: number): Promise<void> {
    return removeInBatches(this.db, 'webhook_delivery', this.db('webhook_delivery').where({ webhookId }));
  }

  /** Deletes those made before the time, also of webhooks that are gone. The signal ends it early. */
  deleteBefore(created: Date, signal: AbortSignal): Promise<void> {
    return removeInBatches(this.db, 'webhook_delivery', this.db('webhook_delivery').where('created', '<', created), signal);
  }

  private pending({ id, attempts }: Attempt) {
    return this.db('webhook_delivery').where({ id, attempts, state: 'Pending' });
  }

  private selected({ id, webhookId, eventType, scopes, since, until, keyword, ...owners }: DeliverySelection) {
    const wanted = containing(this.db('webhook_delivery'), keyword, ['payload']);
    for (const [column, value] of Object.entries({ id, webhookId, eventType }))
      if (value !== undefined) void wanted.where({ [column]: value });
    if (scopes !== undefined) void wanted.whereIn('scope', scopes);
    if (since !== undefined) void wanted.where('created', '>=', since);
    if (until !== undefined) void wanted.where('created', '<=', until);
    return wanted.whereIn('webhookId', ownedBy(this.db('webhook').whereNull('removed').select('id'), owners));
  }

  private views(rows: Knex.QueryBuilder): Knex.QueryBuilder {
    return this.db
      .from(rows.as('delivery'))
      .join('webhook', 'webhook.id', 'delivery.webhookId')
      .orderBy('delivery.id', 'desc')
      .select('delivery.*', 'webhook.uuid as webhookUuid', 'webhook.name as webhookName');
  }
}
