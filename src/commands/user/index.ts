import type { CommandClass } from '../../api/command.js';
import { CreateUserCmd } from './create-user.js';
import { DeleteUserCmd } from './delete-user.js';
import { DisableUserCmd } from './disable-user.js';
import { EnableUserCmd } from './enable-user.js';
import { GetUserCmd } from './get-user.js';
import { GetUserKeysCmd } from './get-user-keys.js';
import { ListUsersCmd } from './list-users.js';
import { LockUserCmd } from './lock-user.js';
import { MoveUserCmd } from './move-user.js';
import { RegisterUserKeysCmd } from './register-user-keys.js';
import { UpdateUserCmd } from './update-user.js';

export const userCommands: readonly CommandClass[] = [
  CreateUserCmd,
  DeleteUserCmd,
  DisableUserCmd,
  EnableUserCmd,
  GetUserCmd,
  GetUserKeysCmd,
  ListUsersCmd,
  LockUserCmd,
  MoveUserCmd,
  RegisterUserKeysCmd,
  UpdateUserCmd,
];
