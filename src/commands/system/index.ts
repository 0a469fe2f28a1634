import type { CommandClass } from '../../api/command.js';
import { ListApisCmd } from './list-apis.js';
import { ListCapabilitiesCmd } from './list-capabilities.js';
import { LoginCmd } from './login.js';
import { LogoutCmd } from './logout.js';

export const systemCommands: readonly CommandClass[] = [ListApisCmd, ListCapabilitiesCmd, LoginCmd, LogoutCmd];
