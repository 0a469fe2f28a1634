import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { resourceLimitResponse, toResourceLimitResponse } from '../responses/resource-limit.js';

@ApiCommand({
  name: 'listResourceLimits',
  description: 'Lists what an account, or a domain with everything below it, may have',
  roles: EVERYONE,
  returns: resourceLimitResponse,
})
export class ListResourceLimitsCmd extends PagedCommand {
  @Parameter({ type: 'string', description: 'the limits of the account of this name; needs domainid' })
  account: string | undefined;

  @Parameter({ type: 'uuid', entity: 'domain', description: 'domain of that account; without an account, the limits of this domain' })
  domainId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'project', description: 'the limits of this project' })
  projectId: string | undefined;

  @Parameter({ type: 'integer', description: 'only the limit of this type: 12 for backups, 13 for the GiB of backup storage' })
  resourceType: number | undefined;

  @Parameter({ type: 'string', description: 'only the limit of this type: backup or backup_storage; goes before resourcetype' })
  resourceTypeName: string | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { account, domainId: domainUuid, projectId: project, resourceType: typeNumber, resourceTypeName: typeName, keyword } = this;
    const only = { typeNumber, typeName, keyword };
    const { rows, total } = await services.limits.list(caller, { account, domainUuid, project }, only, this.pageOf(services));
    return list('resourcelimit', rows.map(toResourceLimitResponse), total);
  }
}
