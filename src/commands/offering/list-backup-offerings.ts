import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { backupOfferingResponse, toBackupOfferingResponse } from '../responses/backup-offering.js';

@ApiCommand({
  name: 'listBackupOfferings',
  description: 'Lists the imported backup offerings',
  since: '4.14.0',
  roles: EVERYONE,
  returns: backupOfferingResponse,
})
export class ListBackupOfferingsCmd extends PagedCommand {
  @Parameter({ type: 'uuid', entity: 'backupoffering', description: 'only the backup offering with this ID' })
  id: string | undefined;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'ID of the zone' })
  zoneId: string | undefined;

  async execute(services: Services) {
    const wish = { uuid: this.id, zoneUuid: this.zoneId, name: undefined, keyword: this.keyword };
    const { rows, total } = await services.offerings.list(wish, this.pageOf(services));
    const offerings = rows.map((offering) => toBackupOfferingResponse(offering, services.offerings.zoneOf(offering)));
    return list('backupoffering', offerings, total);
  }
}
