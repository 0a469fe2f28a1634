import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { domainResponse, toDomainResponse } from '../responses/domain.js';

@ApiCommand({
  name: 'listDomainChildren',
  description: 'Lists the domains below another one',
  roles: ADMINISTRATORS,
  returns: domainResponse,
})
export class ListDomainChildrenCmd extends PagedCommand {
  @Parameter({ type: 'uuid', entity: 'domain', description: 'domain whose children are listed; that of the caller if absent' })
  id: string | undefined;

  @Parameter({ type: 'string', description: 'only the domains with this name' })
  name: string | undefined;

  @Parameter({ type: 'boolean', description: 'also list what is below the children' })
  isRecursive: boolean | undefined;

  @Parameter({ type: 'boolean', description: 'means the same as isrecursive' })
  listAll: boolean | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { id: parentUuid, name, keyword } = this;
    const wish = { parentUuid, name, keyword, isRecursive: this.isRecursive || this.listAll || false };
    const { rows, total } = await services.domains.listChildren(caller, wish, this.pageOf(services));
    return list('domain', rows.map(toDomainResponse), total);
  }
}
