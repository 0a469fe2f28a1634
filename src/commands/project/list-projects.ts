import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import { list, responseOf } from '../../api/response.js';
import { PagedCommand } from '../paged-command.js';

@ApiCommand({
  name: 'listProjects',
  description: 'Lists projects; there are none',
  roles: EVERYONE,
  unlisted: true,
  returns: responseOf('project', { id: ['string', 'ID of the project'], name: ['string', 'name of the project'] }),
})
export class ListProjectsCmd extends PagedCommand {
  execute() {
    return list('project', [], 0);
  }
}
