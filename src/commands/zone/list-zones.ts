import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { toZoneResponse, zoneResponse } from '../responses/zone.js';

@ApiCommand({
  name: 'listZones',
  aliases: ['listZonesMetrics'],
  description: 'Lists the zones',
  roles: EVERYONE,
  returns: zoneResponse,
})
export class ListZonesCmd extends PagedCommand {
  @Parameter({ type: 'uuid', entity: 'zone', description: 'the ID of the zone' })
  id: string | undefined;

  @Parameter({ type: 'string', description: 'the name of the zone' })
  name: string | undefined;

  @Parameter({
    type: 'boolean',
    description: 'true to list every zone, false to list those in which the account has machines; every zone is listed',
  })
  available: boolean | undefined;

  execute(services: Services) {
    const { rows, total } = services.zones.list({ uuid: this.id, name: this.name, keyword: this.keyword }, this.pageOf(services));
    return list('zone', rows.map(toZoneResponse), total);
  }
}
