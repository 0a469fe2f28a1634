import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { backupOfferingResponse, toExternalOfferingResponse } from '../responses/backup-offering.js';

@ApiCommand({
  name: 'listBackupProviderOfferings',
  description: 'Lists what the backup provider of a zone offers for import',
  since: '4.14.0',
  roles: ['Admin'],
  returns: backupOfferingResponse,
})
export class ListBackupProviderOfferingsCmd extends PagedCommand {
  @Parameter({ type: 'uuid', required: true, entity: 'zone', description: 'ID of the zone' })
  zoneId!: string;

  async execute(services: Services, call: CallContext) {
    const wish = { name: undefined, keyword: this.keyword };
    const { rows, total } = await services.offerings.listExternal(this.zoneId, wish, this.pageOf(services), call);
    return list('backupoffering', rows.map(toExternalOfferingResponse), total);
  }
}
