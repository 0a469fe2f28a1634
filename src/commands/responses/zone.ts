import { responseOf, type Fields } from '../../api/response.js';
import type { Zone } from '../../dao/zone-dao.js';

export const zoneResponse = responseOf('zone', {
  id: ['string', 'Zone id'],
  name: ['string', 'Zone name'],
  networktype: ['string', 'the network type of the zone; can be Basic or Advanced'],
  allocationstate: ['string', 'the allocation state of the zone'],
  dns1: ['string', 'the first DNS for the Zone'],
  internaldns1: ['string', 'the first internal DNS for the Zone'],
  securitygroupsenabled: ['boolean', 'true if security groups support is enabled, false otherwise'],
  localstorageenabled: ['boolean', 'true if local storage offering enabled, false otherwise'],
  zonetoken: ['string', 'Zone Token'],
  dhcpprovider: ['string', 'the dhcp Provider for the Zone'],
  type: ['string', 'the type of the zone - core or edge'],
});

export const toZoneResponse = (zone: Zone): Fields<typeof zoneResponse> => ({
  id: zone.uuid,
  name: zone.name,
  networktype: zone.networkType,
  allocationstate: zone.allocationState,
  dns1: zone.dns1,
  internaldns1: zone.internalDns1,
  securitygroupsenabled: false,
  localstorageenabled: false,
  zonetoken: zone.uuid,
  dhcpprovider: 'VirtualRouter',
  type: 'Core',
});
