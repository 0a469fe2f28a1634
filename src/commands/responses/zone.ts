import { responseOf, type Fields } from '../../api/response.js';
import type { Zone } from '../../dao/zone-dao.js';

export const zoneResponse = responseOf('zone', {
  id: ['string', 'ID of the zone'],
  name: ['string', 'name of the zone'],
  networktype: ['string', 'Basic or Advanced'],
  allocationstate: ['string', 'whether new machines can be created in it'],
  dns1: ['string', 'address of the DNS server for machines'],
  internaldns1: ['string', 'address of the DNS server for the infrastructure'],
  securitygroupsenabled: ['boolean', 'whether security groups can be used'],
  localstorageenabled: ['boolean', 'whether machines may use the disks of their host'],
  zonetoken: ['string', 'token of the zone'],
  dhcpprovider: ['string', 'what hands out addresses in the zone'],
  type: ['string', 'Core or Edge'],
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
