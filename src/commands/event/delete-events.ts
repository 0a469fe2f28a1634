import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { SelectionCommand } from '../selection-command.js';

@ApiCommand({
  name: 'deleteEvents',
  description: 'Deletes events for good',
  roles: EVERYONE,
  event: 'EVENT.DELETE',
  returns: successResponse,
})
export class DeleteEventsCmd extends SelectionCommand {
  async execute({ events }: Services, { caller }: CallContext) {
    await events.delete(caller, this.selection());
    return { success: true };
  }
}
