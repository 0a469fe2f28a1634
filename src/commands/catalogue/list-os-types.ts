import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { osTypeResponse, toOsTypeResponse } from '../responses/os-type.js';
import { CatalogueListCommand } from './catalogue-list-command.js';

@ApiCommand({ name: 'listOsTypes', description: 'Lists operating systems of guests', roles: EVERYONE, returns: osTypeResponse })
export class ListOsTypesCmd extends CatalogueListCommand {
  @Parameter({ type: 'uuid', entity: 'ostype', description: 'ID of the operating system' })
  id: string | undefined;

  async execute(services: Services, { signal }: CallContext) {
    const { rows, total } = await services.catalogue.list('osTypes', this.wish(), this.pageOf(services), signal);
    return list('ostype', rows.map(toOsTypeResponse), total);
  }
}
