import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import { list, responseOf } from '../../api/response.js';
import { OwnedListCommand } from '../owned-list-command.js';

/** Clients that list machines ask for these too; this server keeps none. */
@ApiCommand({
  name: 'listPortForwardingRules',
  description: 'Answers an empty list: this server keeps no port forwarding rules',
  roles: EVERYONE,
  returns: responseOf('portforwardingrule', { id: ['string', 'the ID'] }),
})
export class ListPortForwardingRulesCmd extends OwnedListCommand {
  execute() {
    return list('portforwardingrule', [], 0);
  }
}
