import { ADMINISTRATORS } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'deleteDomain',
  description: 'Deletes a domain',
  roles: ADMINISTRATORS,
  async: true,
  event: 'DOMAIN.DELETE',
  returns: successResponse,
})
export class DeleteDomainCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'domain', description: 'which domain' })
  id!: string;

  @Parameter({
    type: 'boolean',
    description: 'also delete the domains below it and all accounts, which is refused while these have machines, volumes or backups',
  })
  cleanup: boolean | undefined;

  override async subject({ domains }: Services, { caller }: CallContext): Promise<Subject> {
    return { type: 'Domain', uuid: (await domains.getDeletable(caller, this.id)).uuid };
  }

  async execute({ domains }: Services, call: CallContext) {
    await domains.delete(this.id, this.cleanup ?? false, call);
    return { success: true };
  }
}
