import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { roleResponse, toRoleResponse } from '../responses/role.js';

@ApiCommand({
  name: 'listRoles',
  description: 'Lists the roles that accounts can have',
  since: '4.9.0',
  roles: ADMINISTRATORS,
  returns: roleResponse,
})
export class ListRolesCmd extends PagedCommand {
  @Parameter({ type: 'uuid', entity: 'role', description: 'only the role with this ID' })
  id: string | undefined;

  @Parameter({ type: 'string', description: 'only the role of this name' })
  name: string | undefined;

  @Parameter({ type: 'string', description: 'only roles of this type: Admin, ResourceAdmin, DomainAdmin or User' })
  type: string | undefined;

  @Parameter({ type: 'string', since: '4.20.0', description: 'only roles in this state: enabled or disabled' })
  state: string | undefined;

  execute(services: Services, { caller }: CallContext) {
    const { id: uuid, name, type, state, keyword } = this;
    const { rows, total } = services.roles.list(caller, { uuid, name, type, state, keyword }, this.pageOf(services));
    return list('role', rows.map(toRoleResponse), total);
  }
}
