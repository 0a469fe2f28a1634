import type { CommandClass } from '../../api/command.js';
import { CreateAccountCmd } from './create-account.js';
import { CreateUserCmd } from './create-user.js';
import { GetUserCmd } from './get-user.js';
import { GetUserKeysCmd } from './get-user-keys.js';
import { ListAccountsCmd } from './list-accounts.js';
import { ListDomainsCmd } from './list-domains.js';
import { ListUsersCmd } from './list-users.js';
import { RegisterUserKeysCmd } from './register-user-keys.js';

export const accountCommands: readonly CommandClass[] = [
  CreateAccountCmd,
  CreateUserCmd,
  GetUserCmd,
  GetUserKeysCmd,
  ListAccountsCmd,
  ListDomainsCmd,
  ListUsersCmd,
  RegisterUserKeysCmd,
];
