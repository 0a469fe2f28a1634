import type { CommandClass } from '../../api/command.js';
import { ArchiveAlertsCmd } from './archive-alerts.js';
import { DeleteAlertsCmd } from './delete-alerts.js';
import { ListAlertsCmd } from './list-alerts.js';

export const alertCommands: readonly CommandClass[] = [ArchiveAlertsCmd, DeleteAlertsCmd, ListAlertsCmd];
