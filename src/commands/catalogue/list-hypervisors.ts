import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { list, responseOf } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'listHypervisors',
  description: 'Lists the kinds of hypervisors that machines run on',
  roles: EVERYONE,
  returns: responseOf('hypervisor', { name: ['string', 'name of the kind'] }),
})
export class ListHypervisorsCmd extends Command {
  @Parameter({ type: 'uuid', entity: 'zone', description: 'only those of this zone' })
  zoneId: string | undefined;

  async execute({ catalogue }: Services, { signal }: CallContext) {
    const names = await catalogue.hypervisors(this.zoneId, signal);
    return list(
      'hypervisor',
      names.map((name) => ({ name })),
      names.length,
    );
  }
}
