import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { resourceCountResponse, toResourceCountResponse } from '../responses/resource-count.js';

@ApiCommand({
  name: 'updateResourceCount',
  description: 'Counts what an account, or a domain with everything below it, has of what is limited; the counts are always up to date',
  roles: ['Admin', 'ResourceAdmin', 'DomainAdmin'],
  returns: resourceCountResponse,
})
export class UpdateResourceCountCmd extends Command {
  @Parameter({
    type: 'uuid',
    required: true,
    entity: 'domain',
    description: 'domain of the account; without an account, count in this domain',
  })
  domainId!: string;

  @Parameter({ type: 'string', description: 'count what the account of this name has' })
  account: string | undefined;

  @Parameter({ type: 'uuid', entity: 'project', description: 'count what this project has' })
  projectId: string | undefined;

  @Parameter({ type: 'integer', description: 'only this type: 12 for backups, 13 for the GiB of backup storage' })
  resourceType: number | undefined;

  async execute({ limits }: Services, { caller }: CallContext) {
    const { account, domainId: domainUuid, projectId: project } = this;
    const counts = await limits.count(caller, { account, domainUuid, project }, this.resourceType);
    return list('resourcecount', counts.map(toResourceCountResponse), counts.length);
  }
}
