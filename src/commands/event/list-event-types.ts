import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import { list, responseOf } from '../../api/response.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';

@ApiCommand({
  name: 'listEventTypes',
  description: 'Lists the types that events can have',
  roles: EVERYONE,
  returns: responseOf('eventtype', { name: ['string', 'the type'] }),
})
export class ListEventTypesCmd extends PagedCommand {
  execute(services: Services) {
    const { rows, total } = services.events.listTypes(this.keyword, this.pageOf(services));
    return list(
      'eventtype',
      rows.map((name) => ({ name })),
      total,
    );
  }
}
