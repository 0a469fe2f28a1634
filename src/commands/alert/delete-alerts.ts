import { ApiCommand } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { Services } from '../../services.js';
import { SelectionCommand } from '../selection-command.js';

@ApiCommand({
  name: 'deleteAlerts',
  description: 'Deletes alerts for good',
  roles: ['Admin'],
  event: 'ALERT.DELETE',
  returns: successResponse,
})
export class DeleteAlertsCmd extends SelectionCommand {
  async execute({ alerts }: Services) {
    await alerts.delete(this.selection());
    return { success: true };
  }
}
