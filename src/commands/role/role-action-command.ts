import { Command, Parameter } from '../../api/command.js';

/** A command that does something with one role. */
export abstract class RoleActionCommand extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'role', description: 'which role' })
  id!: string;
}
