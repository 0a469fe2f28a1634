import type { CommandClass } from '../../api/command.js';
import { CreateRolePermissionCmd } from './create-role-permission.js';
import { CreateRoleCmd } from './create-role.js';
import { DeleteRolePermissionCmd } from './delete-role-permission.js';
import { DeleteRoleCmd } from './delete-role.js';
import { DisableRoleCmd } from './disable-role.js';
import { EnableRoleCmd } from './enable-role.js';
import { ImportRoleCmd } from './import-role.js';
import { ListRolePermissionsCmd } from './list-role-permissions.js';
import { ListRolesCmd } from './list-roles.js';
import { UpdateRolePermissionCmd } from './update-role-permission.js';
import { UpdateRoleCmd } from './update-role.js';

export const roleCommands: readonly CommandClass[] = [
  CreateRolePermissionCmd,
  CreateRoleCmd,
  DeleteRolePermissionCmd,
  DeleteRoleCmd,
  DisableRoleCmd,
  EnableRoleCmd,
  ImportRoleCmd,
  ListRolePermissionsCmd,
  ListRolesCmd,
  UpdateRolePermissionCmd,
  UpdateRoleCmd,
];
