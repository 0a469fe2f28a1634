import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { networkResponse, toNetworkResponse } from '../responses/network.js';
import { CatalogueListCommand } from './catalogue-list-command.js';

@ApiCommand({ name: 'listNetworks', description: 'Lists networks that machines can be in', roles: EVERYONE, returns: networkResponse })
export class ListNetworksCmd extends CatalogueListCommand {
  @Parameter({ type: 'uuid', entity: 'network', description: 'ID of the network' })
  id: string | undefined;

  @Parameter({ type: 'boolean', description: 'only networks that have to be restarted; there are none' })
  restartRequired: boolean | undefined;

  async execute(services: Services, { signal }: CallContext) {
    const { rows, total } = await services.catalogue.listNetworks(
      this.restartRequired ?? false,
      this.wish(),
      this.pageOf(services),
      signal,
    );
    return list('network', rows.map(toNetworkResponse), total);
  }
}
