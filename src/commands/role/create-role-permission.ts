import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { rolePermissionResponse, toRolePermissionResponse } from '../responses/role-permission.js';

@ApiCommand({
  name: 'createRolePermission',
  description: 'Adds a rule to a role, after those that it has: the first rule that matches a command decides',
  since: '4.9.0',
  roles: ['Admin'],
  event: 'ROLE.PERMISSION.CREATE',
  returns: rolePermissionResponse,
})
export class CreateRolePermissionCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'role', description: 'the role that gets the rule' })
  roleId!: string;

  @Parameter({ type: 'string', required: true, description: 'name of a command; * stands for any part of it, such as list*' })
  rule!: string;

  @Parameter({ type: 'string', required: true, description: 'allow or deny' })
  permission!: string;

  @Parameter({ type: 'string', description: 'why the rule is there' })
  description: string | undefined;

  async execute({ roles }: Services, { caller }: CallContext) {
    const { rule, permission, description } = this;
    return { rolepermission: toRolePermissionResponse(await roles.addRule(caller, this.roleId, { rule, permission, description })) };
  }
}
