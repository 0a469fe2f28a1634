import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { rolePermissionResponse, toRolePermissionResponse } from '../responses/role-permission.js';

@ApiCommand({
  name: 'listRolePermissions',
  description: 'Lists the rules of roles, all of them, in the order in which they are tried',
  since: '4.9.0',
  roles: ADMINISTRATORS,
  returns: rolePermissionResponse,
})
export class ListRolePermissionsCmd extends Command {
  @Parameter({ type: 'uuid', entity: 'role', description: 'only the rules of this role' })
  roleId: string | undefined;

  execute({ roles }: Services, { caller }: CallContext) {
    const rules = roles.listRules(caller, this.roleId);
    return list('rolepermission', rules.map(toRolePermissionResponse), rules.length);
  }
}
