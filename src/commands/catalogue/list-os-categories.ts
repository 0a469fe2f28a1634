import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { osCategoryResponse, toOsCategoryResponse } from '../responses/os-type.js';
import { CatalogueListCommand } from './catalogue-list-command.js';

@ApiCommand({
  name: 'listOsCategories',
  description: 'Lists the kinds of operating systems of guests',
  roles: EVERYONE,
  returns: osCategoryResponse,
})
export class ListOsCategoriesCmd extends CatalogueListCommand {
  @Parameter({ type: 'uuid', entity: 'oscategory', description: 'ID of the category' })
  id: string | undefined;

  async execute(services: Services, { signal }: CallContext) {
    const { rows, total } = await services.catalogue.list('osCategories', this.wish(), this.pageOf(services), signal);
    return list('oscategory', rows.map(toOsCategoryResponse), total);
  }
}
