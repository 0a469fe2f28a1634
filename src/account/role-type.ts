import { invalid } from '../errors.js';

/** The kinds of caller. Names and numbers are CloudStack's: the second is the account type on the wire. */
const ACCOUNT_TYPES = { Admin: 1, ResourceAdmin: 3, DomainAdmin: 2, User: 0 } as const;

export type RoleType = keyof typeof ACCOUNT_TYPES;

/** Every kind of caller, the most powerful first: for commands that all may use. */
export const EVERYONE: readonly RoleType[] = ['Admin', 'ResourceAdmin', 'DomainAdmin', 'User'];

/** Those who look after accounts of others. */
export const ADMINISTRATORS: readonly RoleType[] = ['Admin', 'ResourceAdmin', 'DomainAdmin'];

/** Whether the role has at most the power of the other. */
export const isAtMost = (role: RoleType, other: RoleType): boolean => EVERYONE.indexOf(role) >= EVERYONE.indexOf(other);

/** The role type of a name; refuses what is none. */
export function readRoleType(text: string): RoleType {
  const type = EVERYONE.find((known) => known === text);
  if (type === undefined) throw invalid('type', `"${text}" is no type of role; they are ${EVERYONE.join(', ')}`);
  return type;
}

/** Those who govern a domain with everything below it. */
export const governsDomain = (role: RoleType): boolean => role === 'DomainAdmin' || role === 'ResourceAdmin';

/** CloudStack's number for the accounts of a role. */
export const accountTypeOf = (role: RoleType): number => ACCOUNT_TYPES[role];

/** The role of an account type; undefined for a number that this server does not offer. */
export const roleOfAccountType = (accountType: number): RoleType | undefined =>
  (Object.keys(ACCOUNT_TYPES) as RoleType[]).find((role) => ACCOUNT_TYPES[role] === accountType);
