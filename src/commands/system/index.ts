import type { CommandClass } from '../../api/command.js';
import { GetApiLimitCmd } from './get-api-limit.js';
import { ListApisCmd } from './list-apis.js';
import { ListCapabilitiesCmd } from './list-capabilities.js';
import { LoginCmd } from './login.js';
import { LogoutCmd } from './logout.js';
import { ResetApiLimitCmd } from './reset-api-limit.js';

export const systemCommands: readonly CommandClass[] = [
  GetApiLimitCmd,
  ListApisCmd,
  ListCapabilitiesCmd,
  LoginCmd,
  LogoutCmd,
  ResetApiLimitCmd,
];
