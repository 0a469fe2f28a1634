import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { domainResponse, toDomainResponse } from '../responses/domain.js';

@ApiCommand({
  name: 'updateDomain',
  description: 'Renames a domain, which changes the paths of all domains below it too',
  roles: ADMINISTRATORS,
  event: 'DOMAIN.UPDATE',
  returns: domainResponse,
})
export class UpdateDomainCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'domain', description: 'which domain' })
  id!: string;

  @Parameter({ type: 'string', description: 'new name; no slash, and no other with this name in the same domain' })
  name: string | undefined;

  @Parameter({ type: 'string', description: 'taken for the sake of clients and not used: there are no networks here' })
  networkDomain: string | undefined;

  async execute({ domains }: Services, { caller }: CallContext) {
    return { domain: toDomainResponse(await domains.rename(caller, this.id, this.name)) };
  }
}
