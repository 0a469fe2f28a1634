import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'updateRolePermission',
  description: 'Gives the rules of a role another order, or one of them another permission',
  since: '4.9.0',
  roles: ['Admin'],
  event: 'ROLE.PERMISSION.UPDATE',
  returns: successResponse,
})
export class UpdateRolePermissionCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'role', description: 'the role that has the rules' })
  roleId!: string;

  @Parameter({ type: 'list', description: 'the ids of all rules of the role, in the order in which they are to be tried' })
  ruleOrder: readonly string[] | undefined;

  @Parameter({ type: 'uuid', entity: 'rolepermission', description: 'with permission: the rule to change' })
  ruleId: string | undefined;

  @Parameter({ type: 'string', description: 'with ruleid: allow or deny' })
  permission: string | undefined;

  async execute({ roles }: Services, { caller }: CallContext) {
    const { ruleOrder: order, ruleId: ruleUuid, permission } = this;
    await roles.updateRules(caller, this.roleId, { order, ruleUuid, permission });
    return { success: true };
  }
}
