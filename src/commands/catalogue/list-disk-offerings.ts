import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { diskOfferingResponse, toDiskOfferingResponse } from '../responses/disk-offering.js';
import { CatalogueListCommand } from './catalogue-list-command.js';

@ApiCommand({
  name: 'listDiskOfferings',
  description: 'Lists the sizes that data disks can have',
  roles: EVERYONE,
  returns: diskOfferingResponse,
})
export class ListDiskOfferingsCmd extends CatalogueListCommand {
  @Parameter({ type: 'uuid', entity: 'diskoffering', description: 'ID of the disk offering' })
  id: string | undefined;

  async execute(services: Services, { signal }: CallContext) {
    const { rows, total } = await services.catalogue.list('diskOfferings', this.wish(), this.pageOf(services), signal);
    return list('diskoffering', rows.map(toDiskOfferingResponse), total);
  }
}
