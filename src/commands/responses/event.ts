import { given, responseOf, type Fields } from '../../api/response.js';
import type { EventView } from '../../dao/event-dao.js';

export const eventResponse = responseOf('event', {
  id: ['string', 'ID of the event'],
  username: ['string', 'who did it'],
  type: ['string', 'what was done'],
  level: ['string', 'INFO, or ERROR if it failed'],
  description: ['string', 'what was done, in words'],
  account: ['string', 'name of the account whose thing it was done to'],
  domainid: ['string', 'ID of the domain of that account'],
  domain: ['string', 'name of the domain of that account'],
  domainpath: ['string', 'path of the domain of that account'],
  resourceid: ['string', 'ID of the thing that it was done to'],
  resourcetype: ['string', 'kind of that thing'],
  resourcename: ['string', 'name of that thing'],
  created: ['date', 'when it happened'],
  state: ['string', 'Scheduled, Started or Completed'],
  parentid: ['string', 'ID of the event with which the job was accepted'],
  archived: ['boolean', 'whether the event has been archived'],
});

export const toEventResponse = (event: EventView): Fields<typeof eventResponse> => ({
  id: event.uuid,
  username: event.username,
  type: event.type,
  level: event.level,
  description: event.description,
  account: event.accountName,
  domainid: event.domainUuid,
  domain: event.domainPath.split('/').at(-1),
  domainpath: event.domainPath,
  resourceid: given(event.resourceUuid),
  resourcetype: given(event.resourceType),
  resourcename: given(event.resourceName),
  created: event.created,
  state: event.state,
  parentid: given(event.parentUuid),
  archived: event.archived,
});
