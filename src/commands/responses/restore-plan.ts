import { responseOf, type Fields } from '../../api/response.js';
import type { PlannedVolume, RestorePlan } from '../../backup/restore-plan.js';

export const restorePlanResponse = responseOf('restoreplan', {
  type: ['string', 'Machine for one put back in place, Volume for a single volume, NewMachine for one made of the backup'],
  backupid: ['string', 'ID of the backup'],
  feasible: ['boolean', 'whether nothing blocks the restore'],
  volumes: ['list', 'each volume that would be written, where it would go, and what would be overwritten'],
  findings: ['list', 'all that is wrong: the severity, blocks or warns, and the text, which says what to do'],
});

export const toRestorePlanResponse = ({ kind, backupUuid, volumes, findings }: RestorePlan): Fields<typeof restorePlanResponse> => ({
  type: kind,
  backupid: backupUuid,
  feasible: findings.every(({ severity }) => severity !== 'blocks'),
  volumes: volumes.map(toPlannedVolume),
  findings: findings.map(({ severity, text }) => ({ severity, text })),
});

const toPlannedVolume = ({ recorded, sizeBytes, machineUuid, zone, overwrites }: PlannedVolume) => ({
  id: recorded.uuid,
  name: recorded.name,
  type: recorded.type,
  deviceid: recorded.deviceNumber,
  size: recorded.sizeBytes,
  restoredsize: sizeBytes,
  virtualmachineid: machineUuid,
  zoneid: zone.uuid,
  zonename: zone.name,
  overwrites: overwrites && { volumeid: overwrites.uuid, size: overwrites.sizeBytes, changed: overwrites.changed },
});
