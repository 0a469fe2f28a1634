import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command } from '../../api/command.js';
import { list, responseOf } from '../../api/response.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'listEventTypes',
  description: 'Lists the types that events can have',
  roles: EVERYONE,
  returns: responseOf('eventtype', { name: ['string', 'the type'] }),
})
export class ListEventTypesCmd extends Command {
  execute({ events }: Services) {
    const types = events.types().map((name) => ({ name }));
    return list('eventtype', types, types.length);
  }
}
