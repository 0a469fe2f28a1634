import { given, responseOf, type Fields } from '../../api/response.js';
import type { Nic } from '../../provider/index.js';

export const nicResponse = responseOf('nic', {
  id: ['string', 'ID of the network interface'],
  networkid: ['string', 'ID of the network that it is in'],
  networkname: ['string', 'name of that network'],
  ipaddress: ['string', 'its IPv4 address'],
  netmask: ['string', 'which part of the address is that of the network'],
  gateway: ['string', 'address of the router of the network'],
  macaddress: ['string', 'its hardware address'],
  isdefault: ['boolean', 'whether it is the one that leads elsewhere'],
  type: ['string', 'kind of the network'],
  traffictype: ['string', 'whose traffic the network carries'],
});

export const toNicResponse = (nic: Nic): Fields<typeof nicResponse> => ({
  id: nic.uuid,
  networkid: nic.networkUuid,
  networkname: nic.networkName,
  ipaddress: nic.ipAddress,
  netmask: given(nic.netmask),
  gateway: given(nic.gateway),
  macaddress: nic.macAddress,
  isdefault: nic.isDefault,
  type: 'Shared',
  traffictype: 'Guest',
});
