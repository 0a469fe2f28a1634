import { ApiCommand } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { Services } from '../../services.js';
import { SelectionCommand } from '../selection-command.js';

@ApiCommand({
  name: 'archiveAlerts',
  description: 'Takes alerts out of the list',
  roles: ['Admin'],
  event: 'ALERT.ARCHIVE',
  returns: successResponse,
})
export class ArchiveAlertsCmd extends SelectionCommand {
  async execute({ alerts }: Services) {
    await alerts.archive(this.selection());
    return { success: true };
  }
}
