import type { OwnerWish } from '../account/access.js';
import { Parameter } from '../api/command.js';
import { PagedCommand } from './paged-command.js';

/** A command that lists things that accounts own. */
export abstract class OwnedListCommand extends PagedCommand {
  @Parameter({ type: 'string', description: 'only what belongs to the account of this name; needs domainid' })
  account: string | undefined;

  @Parameter({ type: 'uuid', entity: 'domain', description: 'only what belongs to this domain' })
  domainId: string | undefined;

  @Parameter({ type: 'boolean', description: 'for administrators: what belongs to any account, not only the own' })
  listAll: boolean | undefined;

  @Parameter({ type: 'boolean', description: 'with domainid: also list the resources of the domains below it' })
  isRecursive: boolean | undefined;

  @Parameter({
    type: 'uuid',
    mayBeAll: true,
    entity: 'project',
    description: 'only what belongs to this project; -1 with listall: whatever belongs to any account or project',
  })
  projectId: string | undefined;

  /** Whose things are asked for; an administrator who names one thing sees it whoever owns it. */
  protected ownersWished(thing: string | undefined): OwnerWish {
    const { account, domainId: domainUuid, projectId: project, listAll = false, isRecursive = false } = this;
    return { account, domainUuid, project, listAll, isRecursive, byId: thing !== undefined };
  }
}
