import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../dao/database.js';
import type { AttemptOutcome, DueDelivery } from '../dao/webhook-delivery-dao.js';
import type { AlertManager } from '../events/alert-manager.js';
import type { Log } from '../log.js';
import type { Secrets } from '../secrets.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';
import { pauseAfter } from './delivery-retry.js';
import type { Reply, WebhookSender } from './webhook-sender.js';

const TICK_MS = 500;
/** So many webhooks are looked at, at once. */
const MOST_HEADS = 100;
/** So much longer than it may take is waited before an attempt is taken for lost. */
const MARGIN_MS = 30_000;

/**
 * Makes the deliveries that are due, of each webhook one after the other in the order of the events, whichever server comes first. What
 * was begun and not recorded, because the server died, is made again.
 */
export class WebhookDeliverer {
  /** What this server sends, by webhook. */
  private readonly running = new Map<number, Promise<void>>();
  private readonly cutOff = new AbortController();
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private isStopping = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: Database,
    private readonly sender: WebhookSender,
    private readonly secrets: Secrets,
    private readonly settings: DynamicSettings,
    private readonly alerts: AlertManager,
    private readonly now: () => Date,
    private readonly log: Log,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.wake(), TICK_MS);
  }

  /** Begins no more, and gives what is being sent the time to be answered; the rest is left to the next server. */
  async stop(graceMs: number): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await this.looking;
    const all = Promise.all(this.running.values());
    await Promise.race([all, pause(graceMs, undefined, { ref: false })]);
    this.cutOff.abort(new Error('the server is stopping'));
    await all;
  }

  /** Looks for deliveries that are due; resolves when those are begun for which there is room. */
  async wake(): Promise<void> {
    if (this.isStopping) return;
    this.lookAgain = true;
    this.looking ??= this.look()
      .catch((error: unknown) => this.log('warn', 'looking for webhook deliveries failed', { error }))
      .finally(() => {
        this.looking = undefined;
        if (this.lookAgain && this.hasRoom()) void this.wake();
      });
    await this.looking;
  }

  private async look(): Promise<void> {
    while (this.lookAgain && !this.isStopping && this.hasRoom()) {
      this.lookAgain = false;
      const heads = await this.db.daos.webhookDeliveries.listDueHeads(this.now(), MOST_HEADS);
      // In any order: neither do webhooks that always have something keep others waiting, nor do servers reach for the same.
      for (const delivery of shuffled(heads)) if (this.hasRoom() && !this.running.has(delivery.webhookId)) await this.take(delivery);
    }
  }

  private hasRoom(): boolean {
    return !this.isStopping && this.running.size < this.settings.get('webhook.delivery.thread.pool.size');
  }

  /** Does nothing if another server was faster. */
  private async take(delivery: DueDelivery): Promise<void> {
    const started = this.now();
    const until = new Date(started.getTime() + this.sender.timeoutMs + MARGIN_MS);
    if (!(await this.db.daos.webhookDeliveries.begin(delivery, started, until))) return;
    const { uuid, webhookId } = delivery;
    const done = this.deliver({ ...delivery, attempts: delivery.attempts + 1 })
      .catch((error: unknown) => this.log('error', 'webhook delivery not recorded', { delivery: uuid, error }))
      .finally(() => {
        this.running.delete(webhookId);
        void this.wake();
      });
    this.running.set(webhookId, done);
  }

  private async deliver(delivery: DueDelivery): Promise<void> {
    const reply = await this.send(delivery);
    const about = { delivery: delivery.uuid, webhook: delivery.webhookUuid, event: delivery.eventUuid, attempt: delivery.attempts };
    this.log(reply.arrived ? 'info' : 'warn', reply.arrived ? 'webhook delivered' : 'webhook not delivered', about);
    await this.record(delivery, reply);
  }

  private async send(delivery: DueDelivery): Promise<Reply> {
    const { payloadUrl, secretKey, sslVerification } = delivery;
    let secret: string | undefined;
    try {
      secret = secretKey === null ? undefined : this.secrets.open(secretKey);
    } catch {
      return { arrived: false, response: 'Failed due to: the secret key cannot be read; set it again' };
    }
    return this.sender.send(delivery, { payloadUrl, secret, sslVerification }, this.cutOff.signal);
  }

  private async record(delivery: DueDelivery, { arrived, response }: Reply): Promise<void> {
    const { webhookId, attempts, failingSince } = delivery;
    const completed = this.now();
    if (arrived) {
      await this.db.daos.webhookDeliveries.end(delivery, { state: 'Delivered', response, completed });
      if (failingSince) await this.db.daos.webhooks.recover(webhookId);
      return;
    }
    const isCutOff = this.cutOff.signal.aborted;
    if (!isCutOff && attempts >= this.settings.get('webhook.delivery.tries')) {
      return this.giveUp(delivery, { state: 'Failed', response, completed }, completed);
    }
    const due = new Date(completed.getTime() + (isCutOff ? 0 : pauseAfter(attempts, Math.random())));
    await this.db.daos.webhookDeliveries.end(delivery, { state: 'Pending', response, completed, due });
  }

  /** Administrators are told once, and again when deliveries have arrived in between. */
  private giveUp({ id, attempts, webhookId, webhookUuid, webhookName }: DueDelivery, outcome: AttemptOutcome, now: Date): Promise<void> {
    return this.db.transaction(async (daos) => {
      if (!(await daos.webhookDeliveries.end({ id, attempts }, outcome)) || !(await daos.webhooks.fail(webhookId, now))) return;
      const what = `webhook ${webhookName} (${webhookUuid}) could not be told of an event in ${attempts} attempts`;
      await this.alerts.raise(daos, 'ALERT.MANAGEMENT', `${what}: ${outcome.response ?? ''}`);
    });
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
