import { randomUUID } from 'node:crypto';
import type { Role } from '../../src/dao/role-dao.js';
import type { RolePermission } from '../../src/dao/role-permission-dao.js';
import { CREATED, insertAccount } from '../kit/builders.js';
import { forEachEngine, present, testDatabase } from '../kit/engines.js';
import { meetsDuplicate, race, winners } from '../kit/races.js';

const DEFAULTS = [
  ['Root Admin', 'Admin'],
  ['Resource Admin', 'ResourceAdmin'],
  ['Domain Admin', 'DomainAdmin'],
  ['User', 'User'],
  ['Read-Only Admin - Default', 'Admin'],
  ['Read-Only User - Default', 'User'],
  ['Support Admin - Default', 'Admin'],
  ['Support User - Default', 'User'],
];

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const { roles, rolePermissions } = {
    roles: () => handle.db.daos.roles,
    rolePermissions: () => handle.db.daos.rolePermissions,
  };
  const makeRole = (overrides: Partial<Role> = {}) => {
    const uuid = randomUUID();
    const own = { uuid, name: `role ${uuid}`, type: 'User', description: '', isDefault: false, isPublic: true, state: 'enabled' } as const;
    return roles().insert({ ...own, created: CREATED, ...overrides });
  };
  const makeRule = (roleId: number, rule: string, sortOrder = 0) =>
    rolePermissions().insert({ uuid: randomUUID(), roleId, rule, permission: 'allow', description: null, sortOrder });
  const texts = (rules: readonly RolePermission[]) => rules.map(({ rule }) => rule);

  test('begins with the default roles, the first of each type the one that a type alone means', async () => {
    const defaults = (await roles().listAll()).filter(({ isDefault }) => isDefault);
    expect(defaults.map(({ name, type }) => [name, type])).toEqual(DEFAULTS);
    expect(defaults.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect((await roles().findDefault('Admin'))?.name).toBe('Root Admin');
    expect((await roles().findDefault('User'))?.name).toBe('User');
  });

  test('finds a role by its uuid and name, with flags as booleans and moments as dates', async () => {
    const role = await makeRole({ type: 'DomainAdmin', isPublic: false, description: 'd' });
    expect(await roles().findByUuid(role.uuid)).toMatchObject(role);
    expect(await roles().findByName(role.name)).toMatchObject({ id: role.id });
    expect(await roles().findByName(role.name.toUpperCase())).toBeUndefined();
  });

  test('takes a name once, and frees it with the role', async () => {
    const role = await makeRole();
    expect(await meetsDuplicate(makeRole({ name: role.name }))).toBe(true);
    expect(await roles().remove(role.id, new Date())).toBe(true);
    expect(await roles().findByUuid(role.uuid)).toBeUndefined();
    await makeRole({ name: role.name });
  });

  test('changes what is given and nothing else', async () => {
    const [role, other] = [await makeRole(), await makeRole()];
    await roles().update(role.id, { description: 'new', isPublic: false });
    expect(await roles().findByUuid(role.uuid)).toMatchObject({ ...role, description: 'new', isPublic: false });
    expect(await roles().findByUuid(other.uuid)).toMatchObject(other);
  });

  test('neither removes nor turns a role into another that accounts have, until they are gone', async () => {
    const role = await makeRole();
    const { id } = await insertAccount(handle.db.daos, { roleId: role.id });
    expect(await roles().remove(role.id, new Date())).toBe(false);
    expect(await roles().changeType(role.id, 'Admin')).toBe(false);
    expect(await roles().findByUuid(role.uuid)).toMatchObject({ type: 'User' });
    await handle.db.knex('account').where({ id }).update({ removed: new Date(), live: null });
    expect(await roles().changeType(role.id, 'DomainAdmin')).toBe(true);
    expect(await roles().remove(role.id, new Date())).toBe(true);
  });

  test('is removed once, however many remove it', async () => {
    const { id } = await makeRole();
    expect(winners(await race(8, () => roles().remove(id, new Date())))).toBe(1);
  });

  test('has its rules in their order, each rule once', async () => {
    const [role, other] = [await makeRole(), await makeRole()];
    const last = await makeRule(role.id, 'last', 2);
    await makeRule(role.id, 'first', 1);
    await makeRule(other.id, 'last', 0);
    expect(texts(await rolePermissions().listByRole(role.id))).toEqual(['first', 'last']);
    expect(await meetsDuplicate(makeRule(role.id, 'first'))).toBe(true);
    await rolePermissions().update(last.id, { sortOrder: 0, permission: 'deny' });
    expect(await rolePermissions().listByRole(role.id)).toMatchObject([{ rule: 'last', permission: 'deny' }, { rule: 'first' }]);
    const all = (await rolePermissions().listAll()).filter(({ roleId }) => roleId === role.id || roleId === other.id);
    expect(texts(all)).toEqual(['last', 'first', 'last']);
  });

  test('loses one rule, or all of its own', async () => {
    const [role, other] = [await makeRole(), await makeRole()];
    const { uuid } = await makeRule(role.id, 'a');
    await makeRule(role.id, 'b');
    const kept = await makeRule(other.id, 'a');
    expect(await rolePermissions().delete(uuid)).toBe(true);
    expect(await rolePermissions().delete(uuid)).toBe(false);
    expect(await rolePermissions().findByUuid(uuid)).toBeUndefined();
    expect(texts(await rolePermissions().listByRole(role.id))).toEqual(['b']);
    await rolePermissions().deleteByRole(role.id);
    expect(await rolePermissions().listByRole(role.id)).toEqual([]);
    expect(present(await rolePermissions().findByUuid(kept.uuid)).id).toBe(kept.id);
  });
});
