import { Command, Parameter } from '../../api/command.js';

/** A command about one user. */
export abstract class UserActionCommand extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'user', description: 'which user' })
  id!: string;
}
