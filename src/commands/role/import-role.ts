import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { roleResponse, toRoleResponse } from '../responses/role.js';

@ApiCommand({
  name: 'importRole',
  description: 'Makes a role with all its rules at once',
  since: '4.15.0',
  roles: ['Admin'],
  event: 'ROLE.IMPORT',
  returns: roleResponse,
})
export class ImportRoleCmd extends Command {
  @Parameter({ type: 'string', required: true, description: 'name of the role' })
  name!: string;

  @Parameter({ type: 'string', required: true, description: 'type of the role: Admin, ResourceAdmin, DomainAdmin or User' })
  type!: string;

  @Parameter({
    type: 'map',
    required: true,
    description: 'the rules in their order, such as rules[0].rule=list*&rules[0].permission=allow; a description is optional',
  })
  rules!: readonly Readonly<Record<string, string>>[];

  @Parameter({ type: 'string', description: 'what the role is for' })
  description: string | undefined;

  @Parameter({ type: 'boolean', description: 'whether administrators of domains see it, true if absent' })
  isPublic: boolean | undefined;

  @Parameter({ type: 'boolean', description: 'whether a role of that name gets these rules instead of its own' })
  forced: boolean | undefined;

  async execute({ roles }: Services, { caller }: CallContext) {
    const { name, type, description, isPublic, forced = false } = this;
    const rules = this.rules.map(({ rule = '', permission = '', description: why }) => ({ rule, permission, description: why }));
    return { role: toRoleResponse(await roles.import(caller, { name, type, description, isPublic }, rules, forced)) };
  }
}
