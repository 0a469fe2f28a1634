import type { NewUser } from '../../account/account-manager.js';
import { Command, Parameter } from '../../api/command.js';
import { invalid } from '../../errors.js';

/** A command that makes a user. */
export abstract class NewUserCommand extends Command {
  @Parameter({ type: 'string', required: true, description: 'Unique username.' })
  username!: string;

  @Parameter({ type: 'string', required: true, sensitive: true, description: 'Password of the user' })
  password!: string;

  @Parameter({ type: 'string', required: true, description: 'firstname' })
  firstName!: string;

  @Parameter({ type: 'string', required: true, description: 'lastname' })
  lastName!: string;

  @Parameter({ type: 'string', required: true, description: 'email' })
  email!: string;

  @Parameter({ type: 'string', description: 'Specifies a timezone for this command.' })
  timezone: string | undefined;

  protected newUser(): NewUser {
    const { username, password, firstName, lastName, email, timezone } = this;
    if (timezone !== undefined && !isTimezone(timezone)) throw invalid('timezone', `"${timezone}" is not the name of a time zone`);
    return { username, password, firstName, lastName, email, timezone };
  }
}

function isTimezone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
