import { given, responseOf, type Fields } from '../../api/response.js';
import type { Nic } from '../../provider/index.js';

export const nicResponse = responseOf('nic', {
  id: ['string', 'ID of the network interface'],
  virtualmachineid: ['string', 'ID of its machine'],
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

/** In the answer of a machine, the machine's id is left out. */
export const toNicResponse = (nic: Nic, vmUuid?: string): Fields<typeof nicResponse> => ({
  id: nic.uuid,
  virtualmachineid: vmUuid,
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
