import { given, responseOf, type Fields } from '../../api/response.js';
import type { CatalogueItem } from '../../inventory/catalogue-manager.js';

export const networkResponse = responseOf('network', {
  id: ['string', 'ID of the network'],
  name: ['string', 'name of the network'],
  displaytext: ['string', 'what it is, for people'],
  type: ['string', 'Isolated, Shared or L2'],
  traffictype: ['string', 'whose traffic it carries'],
  cidr: ['string', 'its range of addresses'],
  gateway: ['string', 'address of its router'],
  netmask: ['string', 'which part of its addresses is that of the network'],
  networkofferingid: ['string', 'ID of what it is made after: itself'],
  state: ['string', 'what state it is in'],
  acltype: ['string', 'whether an account or a domain uses it'],
  canusefordeploy: ['boolean', 'whether machines can be made in it'],
  issystem: ['boolean', 'whether it is for machines of the system'],
  ispersistent: ['boolean', 'whether it is there without machines'],
  restartrequired: ['boolean', 'whether it has to be restarted'],
  zoneid: ['string', 'ID of the zone that it is in'],
  zonename: ['string', 'name of the zone that it is in'],
  service: ['list', 'what it does for its machines; always empty'],
  tags: ['list', 'tags; always empty'],
});

export const toNetworkResponse = ({ entry, zone }: CatalogueItem<'networks'>): Fields<typeof networkResponse> => ({
  id: entry.uuid,
  name: entry.name,
  displaytext: entry.description,
  type: entry.type,
  traffictype: 'Guest',
  cidr: given(entry.cidr),
  gateway: given(entry.gateway),
  netmask: given(entry.netmask),
  // Clients read one; inventories know of none.
  networkofferingid: entry.uuid,
  state: 'Implemented',
  acltype: 'Domain',
  canusefordeploy: true,
  issystem: false,
  ispersistent: true,
  restartrequired: false,
  zoneid: zone.uuid,
  zonename: zone.name,
  service: [],
  tags: [],
});
