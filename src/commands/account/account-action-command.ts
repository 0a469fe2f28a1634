import type { AccountReference } from '../../account/account-manager.js';
import { Command, Parameter } from '../../api/command.js';

/** A command about one account, which is named by its id, or by its name and domain. */
export abstract class AccountActionCommand extends Command {
  @Parameter({ type: 'uuid', entity: 'account', description: 'which account' })
  id: string | undefined;

  @Parameter({ type: 'string', description: 'name of the account, instead of its ID' })
  account: string | undefined;

  @Parameter({ type: 'uuid', entity: 'domain', description: 'with account: domain in which it is; that of the caller if absent' })
  domainId: string | undefined;

  protected reference(): AccountReference {
    return { uuid: this.id, name: this.account, domainUuid: this.domainId };
  }
}
