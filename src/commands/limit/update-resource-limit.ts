import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { resourceLimitResponse, toResourceLimitResponse } from '../responses/resource-limit.js';

@ApiCommand({
  name: 'updateResourceLimit',
  description: 'Sets what an account, or a domain with everything below it, may have',
  roles: ['Admin', 'ResourceAdmin', 'DomainAdmin'],
  event: 'RESOURCE.LIMIT.UPDATE',
  returns: resourceLimitResponse,
})
export class UpdateResourceLimitCmd extends Command {
  @Parameter({ type: 'integer', required: true, description: 'type of the limit: 12 for backups, 13 for the GiB of backup storage' })
  resourceType!: number;

  @Parameter({ type: 'long', description: 'the limit; -1, or none at all, to lift it' })
  max: number | undefined;

  @Parameter({ type: 'string', description: 'set the limit of the account of this name; needs domainid' })
  account: string | undefined;

  @Parameter({ type: 'uuid', entity: 'domain', description: 'domain of that account; without an account, set the limit of this domain' })
  domainId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'project', description: 'set the limit of this project' })
  projectId: string | undefined;

  async execute({ limits }: Services, { caller }: CallContext) {
    const { account, domainId: domainUuid, projectId: project, max = -1 } = this;
    const updated = await limits.update(caller, { account, domainUuid, project }, this.resourceType, max);
    return { resourcelimit: toResourceLimitResponse(updated) };
  }
}
