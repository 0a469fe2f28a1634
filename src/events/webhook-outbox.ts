import { randomUUID } from 'node:crypto';
import type { Daos } from '../dao/database.js';
import type { Event, EventView } from '../dao/event-dao.js';
import type { Webhook } from '../dao/webhook-dao.js';
import { found } from '../errors.js';

/** Leaves the events for the webhooks that hear of them: part of the transaction that has written the events. */
export async function announce(daos: Daos, events: readonly Omit<Event, 'id'>[]): Promise<void> {
  const hearing = new Map<string, ReturnType<Daos['webhooks']['listHearing']>>();
  for (const event of events) {
    const owner = `${event.accountId}/${event.domainId}`;
    hearing.set(owner, hearing.get(owner) ?? daos.webhooks.listHearing(event));
    const webhooks = (await hearing.get(owner)) ?? [];
    if (webhooks.length > 0) await leave(daos, webhooks, found(await daos.events.findView(event.uuid), 'event', event.uuid));
  }
}

async function leave(daos: Daos, webhooks: readonly Pick<Webhook, 'id' | 'scope'>[], event: EventView): Promise<void> {
  const payload = payloadOf(event);
  await daos.webhookDeliveries.insertAll(
    webhooks.map(({ id: webhookId, scope }) => ({
      ...{ uuid: randomUUID(), webhookId, scope, eventUuid: event.uuid, eventType: event.type, accountUuid: event.accountUuid, payload },
      ...({ state: 'Pending', attempts: 0, due: event.created, started: null, completed: null, response: null } as const),
      created: event.created,
    })),
  );
}

/** What receivers are told of the event: CloudStack's fields, and then what listEvents shows beyond them. */
function payloadOf(event: EventView): string {
  return JSON.stringify({
    event: event.type,
    status: event.state,
    eventDateTime: event.created.toISOString().replace(/T(.*)\.\d+Z$/, ' $1 +0000'),
    user: event.userUuid,
    account: event.accountUuid,
    entity: event.resourceType ?? undefined,
    entityuuid: event.resourceUuid ?? undefined,
    description: event.description,
    VirtualMachine: event.machineUuid ?? undefined,
    id: event.uuid,
    parentid: event.parentUuid ?? undefined,
    level: event.level,
    username: event.username,
    accountname: event.accountName,
    domainid: event.domainUuid,
    domainpath: event.domainPath,
    entityname: event.resourceName ?? undefined,
  });
}
