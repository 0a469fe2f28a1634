import { responseOf, type Fields } from '../../api/response.js';
import type { MachinePreview, PreviewedBackup } from '../../backup/retention-preview.js';

export const backupRetentionResponse = responseOf('backupretention', {
  virtualmachineid: ['string', 'ID of the virtual machine'],
  virtualmachinename: ['string', 'name of the virtual machine'],
  kept: ['integer', 'how many of its backups are kept'],
  dropped: ['integer', 'how many go now'],
  freed: ['long', 'how many bytes at the provider those take that go now'],
  until: ['date', 'how far was looked ahead'],
  backups: [
    'list',
    'each backup, oldest first, whether it is kept and why: the parameter of the rule, or norule, state, hold, lastgood, neededby; when ' +
      'it goes, if that is soon enough; and the ID of the one that it depends on',
  ],
});

export function toBackupRetentionResponse({ vm, backups, until }: MachinePreview): Fields<typeof backupRetentionResponse> {
  const dropped = backups.filter(({ reasons }) => reasons.length === 0);
  return {
    virtualmachineid: vm.uuid,
    virtualmachinename: vm.name,
    kept: backups.length - dropped.length,
    dropped: dropped.length,
    freed: dropped.reduce((sum, { backup }) => sum + backup.sizeBytes, 0),
    until,
    backups: backups.map(toPreviewed),
  };
}

const toPreviewed = ({ backup, reasons, goes, base }: PreviewedBackup) => ({
  id: backup.uuid,
  name: backup.name,
  created: backup.created,
  status: backup.status,
  size: backup.sizeBytes,
  keep: reasons.length > 0,
  reasons: reasons.map((reason) => reason.toLowerCase()),
  goes,
  dependson: base?.uuid,
});
