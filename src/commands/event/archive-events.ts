import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { SelectionCommand } from '../selection-command.js';

@ApiCommand({
  name: 'archiveEvents',
  description: 'Takes events out of the list; listEvents still shows them when archived ones are asked for',
  roles: EVERYONE,
  event: 'EVENT.ARCHIVE',
  returns: successResponse,
})
export class ArchiveEventsCmd extends SelectionCommand {
  async execute({ events }: Services, { caller }: CallContext) {
    await events.archive(caller, this.selection());
    return { success: true };
  }
}
