import { responseOf, type Fields } from '../../api/response.js';
import type { CatalogueItem } from '../../inventory/catalogue-manager.js';

export const serviceOfferingResponse = responseOf('serviceoffering', {
  id: ['string', 'ID of the service offering'],
  name: ['string', 'name of the service offering'],
  displaytext: ['string', 'what it is, for people'],
  cpunumber: ['integer', 'number of virtual CPUs; 0 if whoever deploys a machine chooses'],
  cpuspeed: ['integer', 'speed of each virtual CPU in MHz; 0 likewise'],
  memory: ['integer', 'memory in MiB; 0 likewise'],
  iscustomized: ['boolean', 'whether whoever deploys a machine chooses its size'],
  issystem: ['boolean', 'whether it is for machines of the system'],
  storagetype: ['string', 'where root disks are kept'],
  provisioningtype: ['string', 'whether root disks take their room from the beginning'],
  offerha: ['boolean', 'whether machines are restarted elsewhere when their host fails'],
  limitcpuuse: ['boolean', 'whether machines get no more than their speed'],
  isvolatile: ['boolean', 'whether root disks are made anew at each start'],
  dynamicscalingenabled: ['boolean', 'whether machines can be resized while they run'],
  state: ['string', 'whether it can be used'],
});

/** Clients read the numbers of every offering, also of one whose size is chosen. */
export const toServiceOfferingResponse = ({
  entry: { uuid, name, description, size },
}: CatalogueItem<'serviceOfferings'>): Fields<typeof serviceOfferingResponse> => ({
  id: uuid,
  name,
  displaytext: description,
  cpunumber: size?.cpuNumber ?? 0,
  cpuspeed: size?.cpuSpeedMhz ?? 0,
  memory: size?.memoryMb ?? 0,
  iscustomized: size === undefined,
  issystem: false,
  storagetype: 'shared',
  provisioningtype: 'thin',
  offerha: false,
  limitcpuuse: false,
  isvolatile: false,
  dynamicscalingenabled: false,
  state: 'Active',
});
