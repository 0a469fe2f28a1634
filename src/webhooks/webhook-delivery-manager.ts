import { randomUUID } from 'node:crypto';
import type { Access } from '../account/access.js';
import type { Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import type { Owners } from '../dao/owned.js';
import type { Listing, Page } from '../dao/page.js';
import type { WebhookDelivery, WebhookDeliveryView } from '../dao/webhook-delivery-dao.js';
import { ApiError, denied, found, invalid } from '../errors.js';
import { scopesOf, type WebhookManager } from './webhook-manager.js';
import type { Receiver, WebhookSender } from './webhook-sender.js';

/** Which deliveries are meant. */
export interface DeliveryWish {
  readonly uuid: string | undefined;
  readonly webhookUuid: string | undefined;
  readonly since: Date | undefined;
  readonly until: Date | undefined;
}

/** What is to be sent at once: a recorded delivery again, or a trial to a webhook or an address. */
export interface SendingWish {
  readonly uuid: string | undefined;
  readonly webhookUuid: string | undefined;
  /** Instead of what the webhook has. */
  readonly payloadUrl: string | undefined;
  readonly secretKey: string | undefined;
  readonly sslVerification: boolean | undefined;
  /** Of a trial. */
  readonly payload: string | undefined;
}

/** What was sent at once; a trial is not recorded, so that it has no uuid, and perhaps no webhook. */
export type SentDelivery = Omit<WebhookDelivery, 'id' | 'uuid' | 'webhookId' | 'scope'> &
  Partial<Pick<WebhookDeliveryView, 'uuid' | 'webhookUuid' | 'webhookName'>>;

const TRIAL = { eventType: 'TEST.WEBHOOK', payload: JSON.stringify({ message: 'this is a trial' }) };
/** So many of one account at the same time: a receiver that does not answer holds up nobody else. */
const MOST_OF_ACCOUNT = 3;
/** So many of all accounts together. */
const MOST_AT_ONCE = 100;
const DAY_MS = 86_400_000;
const NEVER = new AbortController().signal;

/** What webhooks have been told, and are told again when somebody asks for it. */
export class WebhookDeliveryManager {
  /** The account of each that is being sent. */
  private readonly sending: number[] = [];

  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly webhooks: WebhookManager,
    private readonly sender: WebhookSender,
    private readonly now: () => Date,
  ) {}

  /** Newest first. */
  async list(
    caller: Caller,
    { eventType, keyword, ...wish }: DeliveryWish & { readonly eventType: string | undefined; readonly keyword: string | undefined },
    page: Page,
  ): Promise<Listing<WebhookDeliveryView>> {
    return this.db.daos.webhookDeliveries.list({ ...(await this.within(caller, wish)), eventType, keyword }, page);
  }

  /** Deletes deliveries; those that are pending will not be made. */
  async delete(caller: Caller, wish: DeliveryWish): Promise<void> {
    if (Object.values(wish).every((condition) => condition === undefined)) {
      throw new ApiError('invalid_value', 'say which deliveries: give id, webhookid, startdate or enddate');
    }
    await this.db.daos.webhookDeliveries.delete(await this.within(caller, wish));
  }

  /** Sends once and answers what came of it. What is sent again has the id of its event, by which receivers know it. */
  async send(caller: Caller, wish: SendingWish): Promise<SentDelivery> {
    const { uuid, webhookUuid, payloadUrl } = wish;
    if (uuid !== undefined && webhookUuid !== undefined) throw invalid('webhookid', 'give either it or id');
    if (uuid !== undefined) return this.sendAgain(caller, uuid, wish);
    const message = { ...TRIAL, eventUuid: randomUUID(), accountUuid: caller.accountUuid };
    const payload = wish.payload || TRIAL.payload;
    if (webhookUuid !== undefined) {
      const webhook = await this.webhooks.get(caller, webhookUuid);
      const sent = await this.sendTo(caller, await this.receiver(caller, webhookUuid, wish), { ...message, payload });
      return { ...sent, webhookUuid, webhookName: webhook.name };
    }
    if (!payloadUrl) throw new ApiError('invalid_value', 'say what to send: give id, webhookid or payloadurl');
    return this.sendTo(caller, this.receiverAt(payloadUrl, wish), { ...message, payload });
  }

  /** Deletes what is older than so many days; nothing for 0. */
  async purge(days: number, signal: AbortSignal): Promise<void> {
    if (days > 0) await this.db.daos.webhookDeliveries.deleteBefore(new Date(this.now().getTime() - days * DAY_MS), signal);
  }

  private async sendAgain(caller: Caller, uuid: string, wish: SendingWish): Promise<SentDelivery> {
    const { webhookUuid, webhookName, webhookId, scope, ...message } = await this.get(caller, uuid);
    const sent = { ...(await this.sendTo(caller, await this.receiver(caller, webhookUuid, wish), message)), uuid: randomUUID() };
    await this.db.daos.webhookDeliveries.insertAll([{ ...sent, webhookId, scope }]);
    return { ...sent, webhookUuid, webhookName };
  }

  private async sendTo(
    { accountId }: Caller,
    receiver: Receiver,
    { eventUuid, eventType, accountUuid, payload }: Pick<SentDelivery, 'eventUuid' | 'eventType' | 'accountUuid' | 'payload'>,
  ): Promise<SentDelivery> {
    const ofAccount = this.sending.filter((id) => id === accountId).length;
    if (ofAccount >= MOST_OF_ACCOUNT || this.sending.length >= MOST_AT_ONCE)
      throw new ApiError('unavailable', 'too many deliveries are being made; try again later');
    this.sending.push(accountId);
    try {
      const started = this.now();
      const message = { eventUuid, eventType, accountUuid, payload };
      const { arrived, response } = await this.sender.send(message, receiver, NEVER);
      const state = arrived ? 'Delivered' : 'Failed';
      return { ...message, state, attempts: 1, due: started, created: started, started, completed: this.now(), response };
    } finally {
      this.sending.splice(this.sending.indexOf(accountId), 1);
    }
  }

  private async receiver(caller: Caller, webhookUuid: string, wish: SendingWish): Promise<Receiver> {
    const webhook = await this.webhooks.get(caller, webhookUuid);
    const { payloadUrl, secretKey, sslVerification = webhook.sslVerification } = wish;
    // The webhook's own secret signs nothing for another receiver, which could show the signature to the webhook's.
    if (payloadUrl) return this.receiverAt(payloadUrl, { secretKey, sslVerification });
    // Nor does it sign what somebody else has written.
    const isForeign = Boolean(wish.payload) && wish.uuid === undefined && webhook.accountId !== caller.accountId;
    const secret = secretKey || (isForeign ? undefined : this.webhooks.secretOf(webhook));
    return { payloadUrl: webhook.payloadUrl, secret, sslVerification };
  }

  private receiverAt(payloadUrl: string, { secretKey, sslVerification = true }: Pick<SendingWish, 'secretKey' | 'sslVerification'>) {
    return { payloadUrl: this.webhooks.readUrl(payloadUrl), secret: secretKey || undefined, sslVerification };
  }

  private async get(caller: Caller, uuid: string): Promise<WebhookDeliveryView> {
    const delivery = found(await this.db.daos.webhookDeliveries.findByUuid(uuid), 'webhook delivery', uuid);
    await this.webhooks.get(caller, delivery.webhookUuid, `webhook delivery ${uuid}`);
    if (!scopesOf(caller.role).includes(delivery.scope)) throw denied(`webhook delivery ${uuid}`);
    return delivery;
  }

  /** The selection, limited to what the caller may hear of, of webhooks that it may use; refuses what is named and is not such. */
  private async within(caller: Caller, { uuid, webhookUuid, since, until }: DeliveryWish) {
    const id = uuid === undefined ? undefined : (await this.get(caller, uuid)).id;
    const webhookId = webhookUuid === undefined ? undefined : (await this.webhooks.get(caller, webhookUuid)).id;
    return { id, webhookId, since, until, scopes: scopesOf(caller.role), ...(await this.usable(caller)) };
  }

  private usable(caller: Caller): Promise<Owners> {
    const everything = { account: undefined, domainUuid: undefined, project: undefined, listAll: true, isRecursive: true, byId: false };
    return this.access.owners(caller, everything);
  }
}
