import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { capacityResponse, toCapacityResponse } from '../responses/capacity.js';

@ApiCommand({
  name: 'listCapacity',
  description: 'Lists how full the backup storage of the zones is, as far as their providers can tell',
  roles: ['Admin'],
  returns: capacityResponse,
})
export class ListCapacityCmd extends PagedCommand {
  @Parameter({ type: 'uuid', entity: 'zone', description: 'only the capacity of this zone' })
  zoneId: string | undefined;

  @Parameter({ type: 'integer', description: 'only capacity of the type with this number; 21 for backup storage' })
  type: number | undefined;

  @Parameter({ type: 'boolean', description: 'true: ask the providers now' })
  fetchLatest: boolean | undefined;

  @Parameter({ type: 'string', description: 'usage: the fullest first' })
  sortBy: string | undefined;

  async execute(services: Services, { signal }: CallContext) {
    const wish = { zoneUuid: this.zoneId, type: this.type, isFresh: this.fetchLatest ?? false, sortBy: this.sortBy };
    const { rows, total } = await services.capacity.list(wish, this.pageOf(services), signal);
    return list('capacity', rows.map(toCapacityResponse), total);
  }
}
