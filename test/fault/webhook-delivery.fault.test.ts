import { randomUUID } from 'node:crypto';
import { Database } from '../../src/dao/database.js';
import { AlertManager } from '../../src/events/alert-manager.js';
import { announce } from '../../src/events/webhook-outbox.js';
import { Secrets } from '../../src/secrets.js';
import { allKeys, DynamicSettings } from '../../src/settings/dynamic-settings.js';
import { WebhookDeliverer } from '../../src/webhooks/webhook-deliverer.js';
import { WebhookSender } from '../../src/webhooks/webhook-sender.js';
import { insertEvent, insertUser, insertWebhook } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { FaultPlan, MANNERS } from '../kit/faulty.js';
import { webhookReceiver } from '../kit/webhook-receiver.js';
import { noFault } from './assemble.js';

const HOUR_MS = 3_600_000;
const MOST_CALLS = 50;
const LONGEST_STOP_MS = 20_000;
const noLog = () => undefined;
const secrets = new Secrets('pass phrase');

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const receiver = webhookReceiver();
  let clock = Date.now();
  const now = () => new Date(clock);
  beforeEach(() => receiver.received.splice(0));

  /** A server that makes deliveries, with a memory of its own. */
  async function deliverer(plan = noFault()): Promise<WebhookDeliverer> {
    const db = new Database(handle.db.knex, plan.bindDaos);
    const settings = new DynamicSettings(db, secrets, allKeys(new Map()));
    await handle.db.daos.configuration.save({ name: 'webhook.allowed.destinations', scope: 'Global', scopeId: 0, value: '127.0.0.1' });
    await settings.load();
    return new WebhookDeliverer(db, new WebhookSender(settings), secrets, settings, new AlertManager(db, now), now, noLog);
  }

  /** A webhook at the path, and so many events of its account in one transaction with what is left for it; answers their ids. */
  async function happen(path: string, count: number): Promise<string[]> {
    const { daos } = handle.db;
    const user = await insertUser(daos);
    const owner = { accountId: user.accountId, domainId: user.domainId };
    await insertWebhook(daos, { ...owner, payloadUrl: receiver.url(path) });
    const events: string[] = [];
    for (let each = 0; each < count; each++) {
      await handle.db.transaction(async (inside) => {
        const event = await insertEvent(inside, { ...owner, userId: user.id });
        await announce(inside, [event]);
        events.push(event.uuid);
      });
    }
    return events;
  }

  const arrived = (path: string) => receiver.at(path).map(({ headers }) => String(headers['x-cs-event-id']));
  const pending = async () => (await handle.db.knex('webhook_delivery').where({ state: 'Pending' })).length;

  /** Lets one sound server after the other take what is due, until nothing is pending. */
  async function untilDone(): Promise<void> {
    for (let life = 0; (await pending()) > 0; life++) {
      if (life === 20) throw new Error('deliveries stay pending');
      clock += HOUR_MS;
      await live(await deliverer());
    }
  }

  /** Lets a server take what is due, and stops it. */
  async function live(server: WebhookDeliverer): Promise<void> {
    await server.wake();
    await server.stop(LONGEST_STOP_MS);
  }

  test.each(MANNERS)('nothing is lost, whichever call fails $when it is made and the server $then', async (manner) => {
    for (let n = 1; n <= MOST_CALLS; n++) {
      const path = randomUUID();
      const events = await happen(path, 2);
      const plan = new FaultPlan(n, manner);
      const server = await deliverer(plan);
      plan.arm();
      await live(server);
      await untilDone();
      expect([...new Set(arrived(path))]).toEqual(events);
      if (plan.hit) continue;
      expect(n).toBeGreaterThan(3);
      expect(arrived(path)).toEqual(events);
      return;
    }
    throw new Error('no run was free of faults');
  });

  test('an event that is undone leaves nothing to be sent', async () => {
    const { daos } = handle.db;
    const user = await insertUser(daos);
    const owner = { accountId: user.accountId, domainId: user.domainId };
    await insertWebhook(daos, { ...owner, payloadUrl: receiver.url('undone') });
    const undone = handle.db.transaction(async (inside) => {
      await announce(inside, [await insertEvent(inside, { ...owner, userId: user.id })]);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await pending()).toBe(0);
  });

  test('several servers send each event once, of each webhook in order', async () => {
    const paths = ['one', 'two', 'three'];
    const events = new Map<string, string[]>();
    for (const path of paths) events.set(path, await happen(path, 8));
    const servers = await Promise.all([deliverer(), deliverer(), deliverer()]);
    for (const server of servers) server.start();
    await Promise.all(servers.map((server) => server.wake()));
    await eventually(pending, (count) => count === 0);
    await Promise.all(servers.map((server) => server.stop(LONGEST_STOP_MS)));
    for (const path of paths) expect(arrived(path)).toEqual(events.get(path));
  });

  test('a server that stops while it sends leaves the delivery to the next, at once', async () => {
    const events = await happen('slow', 1);
    receiver.treatments.push('never');
    const server = await deliverer();
    await server.wake();
    await receiver.arrived('slow', 1);
    await server.stop(0);
    await live(await deliverer());
    expect(arrived('slow')).toEqual([events[0], events[0]]);
    expect(await pending()).toBe(0);
  });
});
