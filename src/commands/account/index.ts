import type { CommandClass } from '../../api/command.js';
import { CreateAccountCmd } from './create-account.js';
import { DeleteAccountCmd } from './delete-account.js';
import { DisableAccountCmd } from './disable-account.js';
import { EnableAccountCmd } from './enable-account.js';
import { ListAccountsCmd } from './list-accounts.js';
import { LockAccountCmd } from './lock-account.js';
import { UpdateAccountCmd } from './update-account.js';

export const accountCommands: readonly CommandClass[] = [
  CreateAccountCmd,
  DeleteAccountCmd,
  DisableAccountCmd,
  EnableAccountCmd,
  ListAccountsCmd,
  LockAccountCmd,
  UpdateAccountCmd,
];
