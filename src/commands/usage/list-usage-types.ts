import { ApiCommand, Command } from '../../api/command.js';
import { list, responseOf } from '../../api/response.js';
import { BACKUP_USAGE } from '../../usage/usage-type.js';

@ApiCommand({
  name: 'listUsageTypes',
  description: 'Lists the types of usage that are recorded',
  roles: ['Admin', 'ResourceAdmin', 'DomainAdmin'],
  returns: responseOf('usagetype', {
    id: ['integer', 'number of the usage type'],
    usagetypeid: ['integer', 'the same, as older clients read it'],
    name: ['string', 'name of the usage type'],
    description: ['string', 'what it counts'],
  }),
})
export class ListUsageTypesCmd extends Command {
  execute() {
    return list('usagetype', [{ ...BACKUP_USAGE, usagetypeid: BACKUP_USAGE.id }], 1);
  }
}
