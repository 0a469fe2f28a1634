import { responseOf, type Fields } from '../../api/response.js';
import type { ZoneCapacity } from '../../capacity/capacity-manager.js';
import { BACKUP_STORAGE, usedShare } from '../../capacity/capacity-type.js';

export const capacityResponse = responseOf('capacity', {
  type: ['integer', 'number of the capacity type'],
  name: ['string', 'name of the capacity type'],
  zoneid: ['string', 'ID of the zone'],
  zonename: ['string', 'name of the zone'],
  capacityallocated: ['long', 'bytes that are given away: those that are used'],
  capacityused: ['long', 'bytes that are used'],
  capacitytotal: ['long', 'bytes that there are'],
  percentused: ['string', 'how much of them is used, in percent'],
});

export const toCapacityResponse = (capacity: ZoneCapacity): Fields<typeof capacityResponse> => ({
  ...BACKUP_STORAGE,
  zoneid: capacity.zone.uuid,
  zonename: capacity.zone.name,
  capacityallocated: capacity.usedBytes,
  capacityused: capacity.usedBytes,
  capacitytotal: capacity.totalBytes,
  percentused: (usedShare(capacity) * 100).toFixed(2),
});
