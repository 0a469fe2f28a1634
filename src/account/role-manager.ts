import { randomUUID } from 'node:crypto';
import type { CacheInvalidation } from '../cache-invalidation.js';
import type { Caller } from '../call-context.js';
import type { Daos, Database } from '../dao/database.js';
import { isDuplicate } from '../dao/database-error.js';
import type { Listing, Page } from '../dao/page.js';
import type { Role, RoleChanges, RoleState } from '../dao/role-dao.js';
import type { Permission, RolePermission } from '../dao/role-permission-dao.js';
import { ApiError, found, invalid, lookUp, NotFound, refused } from '../errors.js';
import type { Rights, RoleDirectory, RoleWithRules } from './role-directory.js';
import { isAtMost, readRoleType, type RoleType } from './role-type.js';
import { isRule } from './rules.js';

/** A role may have so many rules. */
const MOST_RULES = 500;
const LONGEST_DESCRIPTION = 255;

/** What a list of roles is narrowed by. */
export interface RoleFilter {
  readonly uuid: string | undefined;
  readonly name: string | undefined;
  readonly type: string | undefined;
  readonly state: string | undefined;
  readonly keyword: string | undefined;
}

/** A rule as it is asked for. */
export interface NewRule {
  readonly rule: string;
  readonly permission: string;
  readonly description: string | undefined;
}

/** A role as it is asked for. */
export interface NewRole {
  readonly name: string;
  readonly type: string | undefined;
  readonly description: string | undefined;
  readonly isPublic: boolean | undefined;
}

/** What is to be changed of a role; undefined stays as it is. */
export type RoleUpdate = { readonly [K in keyof NewRole]: NewRole[K] | undefined };

/** What is to become of the rules of a role. */
export interface RulesChange {
  /** The ids of all its rules, in their new order. */
  readonly order: readonly string[] | undefined;
  readonly ruleUuid: string | undefined;
  readonly permission: string | undefined;
}

/** A rule together with its role. */
export interface RuleOfRole {
  readonly role: Role;
  readonly rule: RolePermission;
}

/** The roles of accounts: administrators make them of rules that say what they allow. */
export class RoleManager {
  constructor(
    private readonly db: Database,
    private readonly roles: RoleDirectory,
    private readonly caches: CacheInvalidation,
    private readonly now: () => Date,
  ) {}

  /** The names of the commands that the caller may call. */
  rightsOf({ roleId }: Caller): Promise<Rights> {
    return this.roles.rightsOf(roleId);
  }

  /** Administrators of a domain see the public roles of types that they may give. */
  list(caller: Caller, { uuid, name, type, state, keyword }: RoleFilter, { limit, offset }: Page): Listing<RoleWithRules> {
    const wantedType = type === undefined ? undefined : readRoleType(type);
    const wanted = this.visible(caller, uuid)
      .filter((role) => (name === undefined || role.name === name) && (type === undefined || role.type === wantedType))
      .filter((role) => state === undefined || role.state === state.toLowerCase())
      .filter((role) => keyword === undefined || role.name.toLowerCase().includes(keyword.toLowerCase()));
    return { rows: wanted.slice(offset, offset + limit), total: wanted.length };
  }

  /** The rules of the role, or of every role that the caller sees, in the order in which they are tried. */
  listRules(caller: Caller, roleUuid: string | undefined): readonly RuleOfRole[] {
    return this.visible(caller, roleUuid).flatMap((role) => role.rules.map((rule) => ({ role, rule })));
  }

  /** Makes a role of a type without rules, or one with the type and the rules of another role. */
  async create(caller: Caller, { type, ...plain }: NewRole, likeUuid: string | undefined): Promise<RoleWithRules> {
    assertAdministers(caller);
    const like = await lookUp(likeUuid, 'role', async (uuid) => this.roles.find(uuid));
    if ((type === undefined) === (like === undefined)) throw invalid('type', 'give either the type of the role or roleid, a role to copy');
    return this.insert(caller, { ...plain, type: like?.type ?? readRoleType(type ?? '') }, like?.rules ?? []);
  }

  /** Makes a role with its rules; `forced` gives them to the role of that name, if there is one. */
  async import(caller: Caller, { type, ...plain }: NewRole, rules: readonly NewRule[], forced: boolean): Promise<RoleWithRules> {
    assertAdministers(caller);
    const wanted = { ...plain, type: readRoleType(type ?? '') };
    const known = await this.db.daos.roles.findByName(plain.name);
    if (!known) return this.insert(caller, wanted, rules.map(checked));
    if (!forced) throw invalid('name', `there is a role ${known.name} already; give forced to replace it`);
    return this.change(caller, known.uuid, async (daos, role) => {
      await changeRole(daos, role, wanted);
      await daos.rolePermissions.deleteByRole(role.id);
      await insertRules(daos, role.id, rules.map(checked));
    });
  }

  /** Changes what is given. */
  update(caller: Caller, uuid: string, { type, ...plain }: RoleUpdate): Promise<RoleWithRules> {
    if (plain.name?.trim() === '') throw invalid('name', 'a role must have a name');
    const changes = { ...plain, type: type === undefined ? undefined : readRoleType(type) };
    return this.change(caller, uuid, (daos, role) => changeRole(daos, role, changes));
  }

  /** The users of the role's accounts may call nothing while it is disabled. */
  setState(caller: Caller, uuid: string, state: RoleState): Promise<RoleWithRules> {
    return this.change(caller, uuid, (daos, role) => daos.roles.update(role.id, { state }));
  }

  /** Removes a role that no account has. */
  async delete(caller: Caller, uuid: string): Promise<void> {
    const role = await this.changeable(caller, uuid);
    await this.caches.change('role', async (daos) => {
      if (!(await daos.roles.remove(role.id, this.now()))) throw hasAccounts(role);
      await daos.rolePermissions.deleteByRole(role.id);
    });
  }

  /** Adds a rule after the others. */
  async addRule(caller: Caller, roleUuid: string, rule: NewRule): Promise<RuleOfRole> {
    const role = await this.change(
      caller,
      roleUuid,
      (daos, { id }) => insertRules(daos, id, [checked(rule)]),
      ([ruleUuid]) => ruleUuid,
    );
    const added = role.rules.find(({ rule: text }) => text === rule.rule);
    return { role, rule: found(added, 'rule', rule.rule) };
  }

  /** Gives the rules of the role another order, or turns one of them from allowing to denying or back. */
  async updateRules(caller: Caller, roleUuid: string, { order, ruleUuid, permission }: RulesChange): Promise<void> {
    await this.change(caller, roleUuid, async (daos, role) => {
      if (order !== undefined) await reorder(daos, role, order);
      else if (ruleUuid === undefined) throw invalid('ruleorder', 'give it, or ruleid together with permission');
      else await setPermission(daos, role, ruleUuid, permission ?? '');
    });
  }

  async deleteRule(caller: Caller, uuid: string): Promise<void> {
    assertAdministers(caller);
    const { roleId } = found(await this.db.daos.rolePermissions.findByUuid(uuid), 'rule', uuid);
    const role = found(await this.db.daos.roles.findById(roleId), 'rule', uuid);
    await this.change(caller, role.uuid, async (daos) => {
      if (!(await daos.rolePermissions.delete(uuid))) throw new NotFound('rule', uuid);
    });
  }

  private visible({ role: type }: Caller, uuid: string | undefined): readonly RoleWithRules[] {
    const known = uuid === undefined ? this.roles.all() : [found(this.roles.find(uuid), 'role', uuid)];
    return type === 'Admin' ? known : known.filter((role) => role.isPublic && isAtMost(role.type, type));
  }

  private async insert(
    caller: Caller,
    { name, type, description = '', isPublic = true }: Omit<NewRole, 'type'> & { readonly type: RoleType },
    rules: readonly CheckedRule[],
  ): Promise<RoleWithRules> {
    const rights = await this.rightsOf(caller);
    const row = { uuid: randomUUID(), name, type, description, isPublic, isDefault: false, state: 'enabled', created: this.now() } as const;
    this.assertCovered(row, rules, rights);
    await this.caches.change(
      'role',
      async (daos) => {
        const { id } = await refusingDuplicate('name', `there is a role ${name} already`, () => daos.roles.insert(row));
        await insertRules(daos, id, rules);
      },
      () => row.uuid,
    );
    return found(this.roles.find(row.uuid), 'role', row.uuid);
  }

  private async change<T>(
    caller: Caller,
    uuid: string,
    work: (daos: Daos, role: Role) => Promise<T>,
    about: (done: T) => string | undefined = () => uuid,
  ): Promise<RoleWithRules> {
    const role = await this.changeable(caller, uuid);
    const rights = await this.rightsOf(caller);
    const covered = async (daos: Daos) => {
      const done = await work(daos, role);
      this.assertCovered(found(await daos.roles.findByUuid(uuid), 'role', uuid), await daos.rolePermissions.listByRole(role.id), rights);
      return done;
    };
    await this.caches.change('role', covered, about);
    return found(this.roles.find(uuid), 'role', uuid);
  }

  private async changeable(caller: Caller, uuid: string): Promise<Role> {
    assertAdministers(caller);
    const role = found(await this.db.daos.roles.findByUuid(uuid), 'role', uuid);
    if (role.isDefault) throw refused(`role ${role.name} came with the server and stays as it is; make a copy of it and change that`);
    return role;
  }

  /** Nobody gives away rights that they do not have, not even by way of a role. */
  private assertCovered({ name, type }: Pick<Role, 'name' | 'type'>, rules: readonly CheckedRule[], rights: Rights): void {
    if (rules.length > MOST_RULES) throw refused(`role ${name} would have more than ${MOST_RULES} rules; a * stands for many commands`);
    const beyond = [...this.roles.rightsBy(rules, type)].find((command) => !rights.has(command));
    if (beyond !== undefined) throw new ApiError('denied', `role ${name} would allow ${beyond}, which the role of the caller does not`);
  }
}

type CheckedRule = Pick<RolePermission, 'rule' | 'permission' | 'description'>;

function checked({ rule, permission, description = '' }: NewRule): CheckedRule {
  if (!isRule(rule))
    throw invalid('rule', `"${rule.slice(0, LONGEST_DESCRIPTION)}" is not the name of a command, in which * stands for any part`);
  if (description.length > LONGEST_DESCRIPTION) {
    throw invalid('description', `that of rule ${rule} is longer than ${LONGEST_DESCRIPTION} characters`);
  }
  return { rule, permission: readPermission(permission), description: description || null };
}

function readPermission(text: string): Permission {
  const permission = text.toLowerCase();
  if (permission !== 'allow' && permission !== 'deny') throw invalid('permission', `"${text}" is neither allow nor deny`);
  return permission;
}

function assertAdministers({ role }: Caller): void {
  if (role !== 'Admin') throw new ApiError('denied', 'only accounts of the role type Admin may change roles');
}

/** Adds the rules after those that the role has; answers their uuids. */
async function insertRules(daos: Daos, roleId: number, rules: readonly CheckedRule[]): Promise<readonly string[]> {
  const last = (await daos.rolePermissions.listByRole(roleId)).at(-1)?.sortOrder ?? -1;
  const rows = rules.map(({ rule, permission, description }, index) => ({
    ...{ uuid: randomUUID(), roleId, rule, permission, description },
    sortOrder: last + 1 + index,
  }));
  for (const row of rows) {
    await refusingDuplicate('rule', `the role has a rule ${row.rule} already`, () => daos.rolePermissions.insert(row));
  }
  return rows.map(({ uuid }) => uuid);
}

async function reorder(daos: Daos, { id, name }: Role, order: readonly string[]): Promise<void> {
  const rules = await daos.rolePermissions.listByRole(id);
  const places = new Map(order.map((uuid, place) => [uuid.toLowerCase(), place]));
  if (order.length !== rules.length || !rules.every(({ uuid }) => places.has(uuid))) {
    throw invalid('ruleorder', `must name each of the ${rules.length} rules of role ${name} once`);
  }
  for (const rule of rules) await daos.rolePermissions.update(rule.id, { sortOrder: places.get(rule.uuid) ?? 0 });
}

async function setPermission(daos: Daos, { id, name }: Role, ruleUuid: string, permission: string): Promise<void> {
  const rule = found(await daos.rolePermissions.findByUuid(ruleUuid), 'rule', ruleUuid);
  if (rule.roleId !== id) throw invalid('ruleid', `rule ${ruleUuid} is not one of role ${name}`);
  await daos.rolePermissions.update(rule.id, { permission: readPermission(permission) });
}

async function changeRole(daos: Daos, role: Role, { type, ...others }: RoleChanges): Promise<void> {
  if (type !== undefined && type !== role.type && !(await daos.roles.changeType(role.id, type))) throw hasAccounts(role);
  const changes = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
  if (Object.keys(changes).length === 0) return;
  await refusingDuplicate('name', `there is a role ${others.name} already`, () => daos.roles.update(role.id, changes));
}

const hasAccounts = ({ name }: Role): ApiError => refused(`role ${name} has accounts; give them another role first`);

async function refusingDuplicate<T>(parameter: string, why: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isDuplicate(error) ? invalid(parameter, why, error) : error;
  }
}
