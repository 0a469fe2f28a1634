import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { roleResponse, toRoleResponse } from '../responses/role.js';

@ApiCommand({
  name: 'updateRole',
  description: 'Changes a role, but not its rules',
  since: '4.9.0',
  roles: ['Admin'],
  event: 'ROLE.UPDATE',
  returns: roleResponse,
})
export class UpdateRoleCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'role', description: 'which role' })
  id!: string;

  @Parameter({ type: 'string', description: 'its new name' })
  name: string | undefined;

  @Parameter({ type: 'string', description: 'its new type, as long as no account has the role' })
  type: string | undefined;

  @Parameter({ type: 'string', description: 'what the role is for' })
  description: string | undefined;

  @Parameter({ type: 'boolean', since: '4.17.0', description: 'whether administrators of domains see it' })
  isPublic: boolean | undefined;

  async execute({ roles }: Services, { caller }: CallContext) {
    const { name, type, description, isPublic } = this;
    return { role: toRoleResponse(await roles.update(caller, this.id, { name, type, description, isPublic })) };
  }
}
