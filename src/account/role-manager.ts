import type { Caller } from '../call-context.js';
import type { Rights, RoleDirectory } from './role-directory.js';

/** The roles of accounts: what each allows. */
export class RoleManager {
  constructor(private readonly roles: RoleDirectory) {}

  /** The names of the commands that the caller may call. */
  rightsOf({ roleId }: Caller): Promise<Rights> {
    return this.roles.rightsOf(roleId);
  }
}
