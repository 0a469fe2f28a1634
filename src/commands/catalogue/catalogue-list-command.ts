import { Parameter } from '../../api/command.js';
import type { CatalogueWish } from '../../inventory/catalogue-manager.js';
import { PagedCommand } from '../paged-command.js';

/** A command that lists what the inventory sources of the zones have in their catalogues. */
export abstract class CatalogueListCommand extends PagedCommand {
  abstract id: string | undefined;

  @Parameter({ type: 'string', description: 'only what has this name' })
  name: string | undefined;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'only what there is in this zone' })
  zoneId: string | undefined;

  protected wish(): CatalogueWish {
    return { uuid: this.id, name: this.name, zoneUuid: this.zoneId, keyword: this.keyword };
  }
}
