import type { NewUser } from '../../account/new-account.js';
import { Command, Parameter } from '../../api/command.js';
import { readTimezone } from './timezone.js';

/** A command that makes a user. */
export abstract class NewUserCommand extends Command {
  @Parameter({ type: 'string', required: true, description: 'name by which the user logs in' })
  username!: string;

  @Parameter({ type: 'string', required: true, sensitive: true, description: 'password of the new user' })
  password!: string;

  @Parameter({ type: 'string', required: true, description: 'first name of the user' })
  firstName!: string;

  @Parameter({ type: 'string', required: true, description: 'last name of the user' })
  lastName!: string;

  @Parameter({ type: 'string', required: true, description: 'mail address of the user' })
  email!: string;

  @Parameter({ type: 'string', description: 'time zone in which the user lives' })
  timezone: string | undefined;

  protected newUser(): NewUser {
    const { username, password, firstName, lastName, email } = this;
    return { username, password, firstName, lastName, email, timezone: readTimezone(this.timezone) };
  }
}
