import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { wantsResources } from '../details.js';
import { PagedCommand } from '../paged-command.js';
import { domainResponse, toDomainResponse } from '../responses/domain.js';

@ApiCommand({
  name: 'listDomains',
  description: 'Lists domains that the caller may see',
  roles: EVERYONE,
  returns: domainResponse,
})
export class ListDomainsCmd extends PagedCommand {
  @Parameter({ type: 'uuid', entity: 'domain', description: 'only the domain with this ID' })
  id: string | undefined;

  @Parameter({ type: 'string', description: 'only the domain with this name' })
  name: string | undefined;

  @Parameter({ type: 'integer', description: 'only domains so far below ROOT, which is 0' })
  level: number | undefined;

  @Parameter({ type: 'boolean', description: 'for domain administrators: also the domains below the own one' })
  listAll: boolean | undefined;

  @Parameter({
    type: 'list',
    description: 'min to leave out what the domains have and may have; all and resource, as without it, to show it',
  })
  details: readonly string[] | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { id: uuid, name, level, keyword, listAll = false } = this;
    const wish = { uuid, name, level, keyword, listAll, withResources: wantsResources(this.details) };
    const { rows, total } = await services.domains.list(caller, wish, this.pageOf(services));
    return list('domain', rows.map(toDomainResponse), total);
  }
}
