import type { CommandClass } from '../../api/command.js';
import { CreateBackupCmd } from './create-backup.js';
import { CreateVmFromBackupCmd } from './create-vm-from-backup.js';
import { DeleteBackupCmd } from './delete-backup.js';
import { ListBackupsCmd } from './list-backups.js';
import { ListRestoresCmd } from './list-restores.js';
import { PlanRestoreCmd } from './plan-restore.js';
import { RestoreBackupCmd } from './restore-backup.js';
import { PreviewBackupRetentionCmd } from './preview-backup-retention.js';
import { RestoreBackupVolumeCmd } from './restore-backup-volume.js';
import { SyncBackupsCmd } from './sync-backups.js';
import { UpdateBackupCmd } from './update-backup.js';

export const backupCommands: readonly CommandClass[] = [
  CreateBackupCmd,
  CreateVmFromBackupCmd,
  DeleteBackupCmd,
  ListBackupsCmd,
  ListRestoresCmd,
  PlanRestoreCmd,
  PreviewBackupRetentionCmd,
  RestoreBackupCmd,
  RestoreBackupVolumeCmd,
  SyncBackupsCmd,
  UpdateBackupCmd,
];
