import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { roleResponse, toRoleResponse } from '../responses/role.js';

@ApiCommand({
  name: 'createRole',
  description: 'Makes a role, either of a type and without rules, or as a copy of another role',
  since: '4.9.0',
  roles: ['Admin'],
  event: 'ROLE.CREATE',
  returns: roleResponse,
})
export class CreateRoleCmd extends Command {
  @Parameter({ type: 'string', required: true, description: 'name of the role' })
  name!: string;

  @Parameter({ type: 'string', description: 'type of the role: Admin, ResourceAdmin, DomainAdmin or User' })
  type: string | undefined;

  @Parameter({ type: 'uuid', entity: 'role', since: '4.12.0', description: 'instead of the type: the role to copy, with its rules' })
  roleId: string | undefined;

  @Parameter({ type: 'string', description: 'what the role is for' })
  description: string | undefined;

  @Parameter({ type: 'boolean', since: '4.17.0', description: 'whether administrators of domains see it, true if absent' })
  isPublic: boolean | undefined;

  async execute({ roles }: Services, { caller }: CallContext) {
    const { name, type, description, isPublic } = this;
    return { role: toRoleResponse(await roles.create(caller, { name, type, description, isPublic }, this.roleId)) };
  }
}
