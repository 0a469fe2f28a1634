import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { serviceOfferingResponse, toServiceOfferingResponse } from '../responses/service-offering.js';
import { CatalogueListCommand } from './catalogue-list-command.js';

@ApiCommand({
  name: 'listServiceOfferings',
  description: 'Lists the sizes that machines can have',
  roles: EVERYONE,
  returns: serviceOfferingResponse,
})
export class ListServiceOfferingsCmd extends CatalogueListCommand {
  @Parameter({ type: 'uuid', entity: 'serviceoffering', description: 'ID of the service offering' })
  id: string | undefined;

  async execute(services: Services, { signal }: CallContext) {
    const { rows, total } = await services.catalogue.list('serviceOfferings', this.wish(), this.pageOf(services), signal);
    return list('serviceoffering', rows.map(toServiceOfferingResponse), total);
  }
}
