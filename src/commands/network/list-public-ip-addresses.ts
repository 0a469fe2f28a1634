import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand } from '../../api/command.js';
import { list, responseOf } from '../../api/response.js';
import { OwnedListCommand } from '../owned-list-command.js';

/** Clients that list machines ask for these too; this server keeps none. */
@ApiCommand({
  name: 'listPublicIpAddresses',
  description: 'Answers an empty list: this server keeps no public IP addresses',
  roles: EVERYONE,
  returns: responseOf('publicipaddress', { id: ['string', 'the ID'] }),
})
export class ListPublicIpAddressesCmd extends OwnedListCommand {
  execute() {
    return list('publicipaddress', [], 0);
  }
}
