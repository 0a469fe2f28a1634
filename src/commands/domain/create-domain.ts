import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { domainResponse, toDomainResponse } from '../responses/domain.js';
import { readUuid } from '../uuid.js';

@ApiCommand({
  name: 'createDomain',
  description: 'Creates a domain below another one',
  roles: ADMINISTRATORS,
  event: 'DOMAIN.CREATE',
  returns: domainResponse,
})
export class CreateDomainCmd extends Command {
  @Parameter({
    type: 'string',
    required: true,
    description: 'name of the domain; no slash, and no other with this name in the same domain',
  })
  name!: string;

  @Parameter({ type: 'uuid', entity: 'domain', description: 'domain in which it is created; that of the caller if absent' })
  parentDomainId: string | undefined;

  @Parameter({ type: 'string', description: 'taken for the sake of clients and not used: there are no networks here' })
  networkDomain: string | undefined;

  @Parameter({ type: 'string', description: 'ID that the domain gets; one is made up if absent' })
  domainId: string | undefined;

  async execute({ domains }: Services, { caller }: CallContext) {
    const { name, parentDomainId: parentUuid, domainId } = this;
    return { domain: toDomainResponse(await domains.create(caller, { name, parentUuid, uuid: readUuid('domainid', domainId) })) };
  }
}
