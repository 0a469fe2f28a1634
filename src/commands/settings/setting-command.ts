import { Command, Parameter } from '../../api/command.js';
import type { ScopeReference } from '../../settings/settings-manager.js';

/** A command that changes one setting. */
export abstract class SettingCommand extends Command {
  @Parameter({ type: 'string', required: true, description: 'name of the setting' })
  name!: string;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'change it for this zone only' })
  zoneId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'account', description: 'change it for this account only, if accounts may have values of it' })
  accountId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'domain', description: 'change it for this domain only, if domains may have values of it' })
  domainId: string | undefined;

  protected where(): ScopeReference {
    return { zoneUuid: this.zoneId, accountUuid: this.accountId, domainUuid: this.domainId };
  }
}
