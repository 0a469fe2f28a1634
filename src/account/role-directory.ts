import type { CommandTable } from '../api/dispatcher.js';
import type { CacheInvalidation } from '../cache-invalidation.js';
import type { Database } from '../dao/database.js';
import type { Role } from '../dao/role-dao.js';
import type { RolePermission } from '../dao/role-permission-dao.js';
import { allows, type Rule } from './rules.js';
import type { RoleType } from './role-type.js';

/** The names of the commands that a role may call. */
export type Rights = ReadonlySet<string>;

/** A role with its rules, in the order in which they are tried. */
export interface RoleWithRules extends Role {
  readonly rules: readonly RolePermission[];
}

interface Known {
  readonly role: RoleWithRules;
  /** While the role is enabled. */
  readonly rights: Rights;
}

const NO_RIGHTS: Rights = new Set();

/** All roles with their rights, from memory; `load` brings it up to date. */
export class RoleDirectory {
  private known: ReadonlyMap<number, Known> = new Map();

  constructor(
    private readonly db: Database,
    private readonly commands: CommandTable,
    private readonly caches: CacheInvalidation,
  ) {}

  async load(): Promise<void> {
    const { roles, rolePermissions } = this.db.daos;
    const [all, rules] = [await roles.listAll(), await rolePermissions.listAll()];
    const withRules = all.map((role) => ({ ...role, rules: rules.filter(({ roleId }) => roleId === role.id) }));
    this.known = new Map(withRules.map((role) => [role.id, { role, rights: this.rightsBy(role.rules, role.type) }]));
  }

  /** Oldest first. */
  all(): readonly RoleWithRules[] {
    return [...this.known.values()].map(({ role }) => role);
  }

  find(uuid: string): RoleWithRules | undefined {
    return this.all().find((role) => role.uuid === uuid);
  }

  /** What the accounts of the role may call: nothing if it is disabled or removed. */
  async rightsOf(roleId: number): Promise<Rights> {
    // An account that another server has just made may have a role that is as new.
    if (!this.known.has(roleId)) await this.caches.refresh('role');
    const known = this.known.get(roleId);
    return known?.role.state === 'enabled' ? known.rights : NO_RIGHTS;
  }

  /** Whether accounts of the role may call everything that those of the other may, or might if that were enabled. */
  async covers(roleId: number, otherId: number): Promise<boolean> {
    const own = await this.rightsOf(roleId);
    if (!this.known.has(otherId)) await this.caches.refresh('role');
    const others = this.known.get(otherId)?.rights ?? NO_RIGHTS;
    return [...others].every((command) => own.has(command));
  }

  /** What a role of this kind would allow. */
  rightsBy(rules: readonly Rule[], type: RoleType): Rights {
    // Whoever needs no credentials has no role.
    return new Set([...this.commands.values()].filter((spec) => spec.open || allows(rules, type, spec)).map(({ name }) => name));
  }
}
