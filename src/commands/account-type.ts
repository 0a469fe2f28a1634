import { roleOfAccountType, type RoleType } from '../account/role-type.js';
import { invalid } from '../errors.js';

/** The role that the number of an account type stands for; undefined if there is no number. */
export function readAccountType(accountType: number | undefined): RoleType | undefined {
  if (accountType === undefined) return undefined;
  const role = roleOfAccountType(accountType);
  if (role === undefined) throw invalid('accounttype', `${accountType} is no type of account; they are 0 to 3`);
  return role;
}
