import type { RoleType } from '../../account/role-type.js';

const NAMES: Record<RoleType, string> = {
  Admin: 'Root Admin',
  ResourceAdmin: 'Resource Admin',
  DomainAdmin: 'Domain Admin',
  User: 'User',
};

/** CloudStack's name of the role that an account has by default. */
export const roleName = (role: RoleType): string => NAMES[role];
