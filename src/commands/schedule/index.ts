import type { CommandClass } from '../../api/command.js';
import { CreateBackupScheduleCmd } from './create-backup-schedule.js';
import { DeleteBackupScheduleCmd } from './delete-backup-schedule.js';
import { ListBackupScheduleCmd } from './list-backup-schedule.js';

export const scheduleCommands: readonly CommandClass[] = [CreateBackupScheduleCmd, DeleteBackupScheduleCmd, ListBackupScheduleCmd];
