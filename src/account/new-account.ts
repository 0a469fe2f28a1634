import { randomUUID } from 'node:crypto';
import type { Daos } from '../dao/database.js';
import type { User } from '../dao/user-dao.js';
import type { Owner } from './access.js';

/** What a new user is made of. */
export interface NewUser {
  readonly username: string;
  readonly password: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly timezone: string | undefined;
}

type UserKeys = Pick<User, 'apiKey' | 'secretKey'>;

/** A new account with its first user, ready to be written. */
export interface AccountRow {
  readonly uuid: string;
  readonly roleId: number;
  readonly name: string;
  readonly domainId: number;
  readonly user: NewUser;
  readonly passwordHash: string;
  readonly keys?: UserKeys;
  readonly isDefault?: boolean;
  readonly created: Date;
}

/** Writes an account and its first user; answers the account's id. */
export async function insertAccount(daos: Daos, account: AccountRow): Promise<number> {
  const { uuid, roleId, name, domainId, user, passwordHash, keys = {}, isDefault = false, created } = account;
  const row = { uuid, domainId, name, roleId, state: 'enabled', apiKeyAccess: 'inherit', isDefault, created } as const;
  const { id } = await daos.accounts.insert(row);
  const owner = { accountId: id, domainId };
  await daos.users.insert({ ...userRow(user, owner, passwordHash), uuid: randomUUID(), created, isDefault, ...keys });
  return id;
}

/** The columns of a new user without keys. */
export const userRow = (user: NewUser, { accountId, domainId }: Owner, passwordHash: string) => ({
  accountId,
  domainId,
  username: user.username,
  passwordHash,
  firstName: user.firstName,
  lastName: user.lastName,
  email: user.email,
  timezone: user.timezone ?? null,
  state: 'enabled' as const,
  apiKey: null,
  secretKey: null,
  apiKeyAccess: 'inherit' as const,
  isDefault: false,
});
